"""The report of evaluate in a real browser, and its parts without one."""

import base64
import json
import re
import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pytest

from clrseries import InputError, Series, datasets, evaluate, write_spectra
from clrseries.evaluation.chart import neighbors_of
from clrseries.evaluation.retrieval import unit
from clrseries.evaluation.thumbnails import MOST_BYTES, thumbnails
from clrseries.evaluation.verdict import in_words
from clrseries.io.embeddings import with_embeddings
from clrseries.io.tables import read_table, write_table
from clrseries.report.curves import few_label_panels
from clrseries.report.explorer import explorer_html, explorer_style, packed

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
browser = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
CLICK = """<script>window.addEventListener("load", () => {
const m = document.getElementById("map"), r = m.getBoundingClientRect();
m.setPointerCapture = () => {};
const fire = (kind) => m.dispatchEvent(new PointerEvent(kind, {clientX: r.left + r.width / 2, clientY: r.top + r.height / 2, pointerId: 1}));
fire("pointerdown"); fire("pointerup");
const first = document.getElementById("name").textContent, pixels = () => m.toDataURL();
const before = pixels(), pick = document.getElementById("color");
pick.value = pick.options.length - 1; pick.dispatchEvent(new Event("change"));
const until = performance.now() + 2000;
const drawn_anew = () => pixels() !== before || performance.now() > until ? then() : setTimeout(drawn_anew, 20);
setTimeout(drawn_anew, 20);
const then = () => {
const recolored = String(pixels() !== before), drawn = document.getElementById("thumb").dataset.drawn;
m.dispatchEvent(new KeyboardEvent("keydown", {key: "n"}));
const root = document.documentElement.dataset;
Object.assign(root, {clicked: first, recolored, drawn, next: document.getElementById("name").textContent,
  near: document.querySelectorAll("#neighbors li").length});
document.querySelector("[data-row]")?.click(); root.sheet = document.getElementById("name").textContent;
document.getElementById("theme").click(); root.dark = getComputedStyle(document.body).backgroundColor;
};
});</script></body>"""


def opened(path, script=CLICK):
    """Open a page from file:// in headless Chromium; return what its root element says, and console lines."""
    text = path.read_text()
    page = path.with_name("clicked.html")
    page.write_text(text.replace("</body>", script))
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1250,900", "--enable-logging=stderr",
               "--virtual-time-budget=4000", "--dump-dom", page.as_uri()]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    root = re.search(r"<html[^>]*>", done.stdout)
    assert root, done.stderr[-2000:]
    return dict(re.findall(r'data-(\w+)="([^"]*)"', root[0])), [
        li for li in done.stderr.splitlines() if "CONSOLE" in li
    ]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Sixty objects seen through two instruments, a report with a target and data, and one without either."""
    rng = np.random.default_rng(3)
    folder = tmp_path_factory.mktemp("report")
    kinds, objects = np.repeat(np.arange(60) % 3, 2), np.repeat(np.arange(60), 2)
    x = np.eye(8)[kinds] + 0.3 * rng.normal(size=(60, 8))[objects] + 0.05 * rng.normal(size=(120, 8))
    wave = np.linspace(4000, 7000, 300)
    flux = (
        1 - 0.5 * np.exp(-0.5 * ((wave - 4500 - 800 * kinds[:, None]) / 30) ** 2) + 0.01 * rng.normal(size=(120, 300))
    )
    table = {
        "object_id": [f"SN<{o}>" for o in objects], "class": np.array(["Ia", "Ib", "II"])[kinds],
        "instrument": ["LRIS", "Kast"] * 60, "z": rng.uniform(0, 0.1, 120), "note": pa.nulls(120, pa.string()),
    }  # fmt: skip
    write_table(with_embeddings(pa.table(table), x.astype(np.float32)), folder / "e.parquet")
    series = Series.from_arrays(wave, flux, np.full(flux.shape, 1e4), pa.table(table))
    write_spectra(series, folder / "data.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clrseries.evaluation.few_labels.class_probes", few_probes)
        full = evaluate(
            folder / "e.parquet", "class", folder / "full", data=folder / "data.parquet", splits=3, placed="pca"
        )
    bare = evaluate(folder / "e.parquet", None, folder / "bare", placed="pca", nuisance=["instrument", "note"])
    return folder, full, bare, series


def few_probes(directions):
    """Without the network, which takes most of the time."""
    from clrseries.evaluation.probe_models import class_probes

    return class_probes(directions) | {"mlp": class_probes(directions)["ridge"]}


def test_the_summary_says_it_in_words(report):
    _, full, bare, _ = report
    words = " ".join(full["verdict"])
    assert "class from 10 labels: balanced accuracy" in words and "PCA (64) of the pixels" in words
    assert "instrument: not better than chance" in words and full["retrieval"]["instrument"]["top1"] > 0.9
    assert full["group"] == "object_id" and full["groups"] == 60 and full["leaks"]["shared_objects"] == 0
    assert "rows with the same object_id stay together" in full["protocol"]
    assert "scores" not in bare and bare["nuisance"].keys() == {"instrument"} and "'note'" in bare["notes"][0]
    assert {row["features"] for row in full["scores"]} == {
        "embedding",
        "PCA (64) of the pixels",
        "no features (chance)",
    }
    csv = (report[0] / "full" / "scores.csv").read_text().splitlines()
    assert len(csv) == 1 + len(full["scores"]) and csv[0].startswith("features,probe,labels,seeds,accuracy")


def test_the_page_is_one_file_that_needs_no_network(report):
    for name, target in (("full", True), ("bare", False)):
        page = (report[0] / name / "index.html").read_text()
        assert not re.search(r"""(src|href)=["']?(http|//)""", page) and "@import" not in page
        assert ("from few labels" in page) == target and "SN<" not in page.replace("SN&lt;", "")
        assert "prefers-color-scheme: dark" in page and "@media print" in page and "aria-label" in page


@browser
def test_a_click_shows_a_spectrum_without_any_error(report):
    found, console = opened(report[0] / "full" / "index.html")
    assert not console
    assert int(found["drawn"]) > 200 and found["clicked"].startswith("SN") and found["recolored"] == "true"
    assert found["near"] == "6" and found["next"].startswith("SN") and found["sheet"].startswith("SN")
    assert int(found["ready"]) < 2000
    found, console = opened(report[0] / "bare" / "index.html")
    assert not console and found["drawn"] == "0" and found["clicked"].startswith("SN")


KEYS = """<script>window.addEventListener("load", () => {
const root = document.documentElement.dataset, map = document.getElementById("map"), now = () => document.activeElement;
const first = document.querySelector("#legend button"); first.focus(); first.click();
root.legend = [now().parentElement.id, now().getAttribute("aria-pressed"), now() !== first].join(" "); now().click();
map.focus(); map.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter"}));
const name = document.getElementById("name").textContent, near = document.querySelector("#neighbors button");
near.focus(); near.click(); root.walk = [now().closest("ol")?.id, document.getElementById("name").textContent === near.textContent].join(" ");
root.browser = ["+", "n"].map((key) => map.dispatchEvent(new KeyboardEvent("keydown", {key, ctrlKey: true, cancelable: true}))).join(" ");
root.own = String(map.dispatchEvent(new KeyboardEvent("keydown", {key: "+", cancelable: true})));
});</script></body>"""


@browser
def test_the_keyboard_keeps_its_place_and_the_browser_its_keys(report):
    found, console = opened(report[0] / "full" / "index.html", script=KEYS)
    assert not console
    assert found["legend"] == "legend false true" and found["walk"] == "neighbors true"
    assert found["browser"] == "true true" and found["own"] == "false"


def test_every_table_is_a_file_and_two_rows_of_an_object_are_compared(report):
    folder, full, bare, _ = report
    names = {path.stem for path in (folder / "full").glob("*.csv")}
    always = {
        "anomalies",
        "confusion",
        "geometry",
        "injected",
        "nuisance",
        "overlap",
        "retrieval",
        "scores",
        "searches",
    }
    assert names == always | ({"suspects"} if full["suspects"] else set()) | (
        {"duplicates"} if full["duplicates"]["pairs"] else set()
    )
    table = read_table(folder / "full" / "map.parquet")
    assert len(table) == 120 and {"map_x", "map_y", "class", "z", "neighbors"} <= set(table.column_names)
    page = (folder / "full" / "index.html").read_text()
    assert "alignment" in page and "silhouette" in page and "Would objects of another class be found?" in page
    assert full["geometry"]["alignment"] < 0.1 and full["separation"]["silhouette"] > 0.3 and "separation" not in bare
    assert any(line.startswith("class explains") for line in full["verdict"])


PRINT = """<script>window.addEventListener("load", () => {
const root = document.documentElement, all = (q) => [...document.querySelectorAll(q)];
const wide = document.createElement("table"); wide.innerHTML = "<tr>" + "<td>0.125</td>".repeat(60) + "</tr>"; document.body.append(wide);
document.getElementById("theme").click();
const closed = all("details:not([open])").length;
window.dispatchEvent(new Event("beforeprint"));
const width = Math.max(...all("table").map((t) => { t.style.width = "min-content"; const w = t.getBoundingClientRect().width; t.style.width = ""; return w; }));
const paper = [closed, all("details:not([open])").length, root.dataset.theme, Math.round(width), wide.style.zoom < 1].join(" ");
window.dispatchEvent(new Event("afterprint"));
Object.assign(root.dataset, {paper, screen: [all("details:not([open])").length, root.dataset.theme, wide.style.zoom].join(" ").trim()});
});</script></body>"""


@browser
def test_on_paper_nothing_is_hidden_or_cut_off(report):
    found, console = opened(report[0] / "full" / "index.html", script=PRINT)
    assert not console
    closed, still, theme, width, smaller = found["paper"].split()
    assert int(closed) > 0 and still == "0" and theme == "light" and int(width) <= 641 and smaller == "true"
    assert found["screen"].split() == [closed, "dark"]


@browser
def test_a_click_shows_a_light_curve(tmp_path):
    stars = datasets.simulated_light_curves(30, nights=40)
    points = np.random.default_rng(0).normal(size=(30, 2))
    text = explorer_html(points, stars.object_ids, {"n": np.arange(30.0)}, None, thumbnails(stars, np.arange(30)))
    (tmp_path / "index.html").write_text(
        f'<!doctype html><style>{explorer_style()}</style><body><button id="theme"></button>{text}</body></html>'
    )
    (tmp_path / "index.html").write_text("<!doctype html><html>" + (tmp_path / "index.html").read_text()[15:])
    found, console = opened(tmp_path / "index.html")
    assert not console and int(found["drawn"]) > 10


@pytest.mark.slow
@browser
def test_a_hundred_thousand_spectra_stay_small_and_quick(tmp_path, rng):
    n = 100_000
    pixels = MOST_BYTES // n
    thumbs = {
        "kind": "spectrum", "pixels": pixels, "start": 4000.0, "stop": 8000.0, "low": np.zeros(n), "high": np.ones(n),
        "flux": rng.integers(1, 255, (n, pixels)),
    }  # fmt: skip
    columns = {
        "class": [f"class {k}" for k in rng.integers(0, 12, n)],
        **{f"c{k}": rng.normal(size=n) for k in range(15)},
    }
    text = explorer_html(
        rng.normal(size=(n, 2)),
        [f"DESI {39633300968000000 + k}" for k in range(n)],
        columns,
        rng.integers(0, n, (n, 6)),
        thumbs,
    )
    page = tmp_path / "index.html"
    page.write_text(
        f'<!doctype html><html><style>{explorer_style()}</style><body><button id="theme"></button>{text}</body></html>'
    )
    assert page.stat().st_size < 25 * 2**20
    found, console = opened(page)
    assert not console and int(found["ready"]) < 2000 and found["drawn"] == str(pixels), found
    print(page.stat().st_size / 2**20, found["ready"])


def test_thumbnails_keep_shape_and_gaps(report, rng):
    series = report[3]
    found = thumbnails(series, np.array([5, -1, 0]))
    assert found["flux"].shape == (3, found["pixels"]) and not found["flux"][1].any()
    x, flux, _ = series.row(5)
    edges = found["start"] * (found["stop"] / found["start"]) ** (np.arange(found["pixels"] + 1) / found["pixels"])
    middle = np.sqrt(edges[1:] * edges[:-1])
    there = found["flux"][0] > 0
    back = found["low"][0] + (found["flux"][0] - 1.0) / 254 * (found["high"][0] - found["low"][0])
    apart = (back - np.interp(middle, x, flux))[there]
    assert np.median(np.abs(apart)) < 0.02 and there.mean() > 0.95
    gap = Series.from_arrays(x, flux[None], np.where((x > 5000) & (x < 5500), 0, 1e4)[None])
    found = thumbnails(gap, np.array([0]))
    curves = datasets.simulated_light_curves(4, nights=20)
    small = thumbnails(curves, np.array([2, 0]))
    time, flux, _ = curves.row(2)
    count = small["offsets"][1]
    assert small["offsets"][2] == len(small["time"]) and 0 < count <= len(time)
    assert small["start"][0] == pytest.approx(time.min()) and small["time"][:count].max() == 65535


def test_neighbors_are_those_of_brute_force(rng):
    x = unit(rng.normal(size=(300, 5)).astype(np.float32))
    cosine = x @ x.T - 2 * np.eye(300)
    assert (neighbors_of(x, 4) == np.argsort(-cosine, axis=1)[:, :4]).mean() > 0.999
    pytest.importorskip("faiss")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clrseries.evaluation.chart.MOST_UMAP", 100)
        assert (neighbors_of(x, 4) == np.argsort(-cosine, axis=1)[:, :4]).mean() > 0.97


def test_packed_numbers_come_back():
    values = np.array([1.5, np.nan, -2])
    assert np.frombuffer(base64.b64decode(packed(values, "<f4")), "<f4") == pytest.approx(values, nan_ok=True)
    text = explorer_html(np.zeros((2, 2)), ["</script>", "b"], {"c": ["x", None], "v": np.array([np.nan, 1.0])})
    data = re.search(r'id="explorer-data">(.*?)</script>', text, re.S)
    assert data and json.loads(data[1])["ids"] == ["</script>", "b"]


def test_curves_name_what_they_draw():
    row = {"features": "a & b", "probe": "linear", "labels": 10, "r2": 0.5, "r2_low": 0.4, "r2_high": 0.6}
    drawn = few_label_panels([row, row | {"labels": 100, "r2": 0.8, "r2_high": 0.9}], "r2", "R2")
    assert "a &amp; b" in drawn and "100 labels: 0.800" in drawn and drawn.count("<polygon") == 1
    assert "Nothing" in few_label_panels([row | {"r2": None}], "r2", "R2")


def test_words_about_leaks_and_baselines():
    row = {"features": "embedding", "probe": "ridge", "labels": 10, "r2": 0.5, "r2_low": 0.4, "r2_high": 0.6}
    other = row | {"features": "PCA", "r2": 0.7, "r2_low": 0.65, "r2_high": 0.75}
    words = in_words({"target": "z", "kind": "values", "scores": [row, other], "objects": 3, "dimensions": 2,
                      "leaks": {"shared_objects": 0.4, "near_duplicates": 0.0}, "collapse": "collapse: all the same"})  # fmt: skip
    assert (
        words[0] == "Warning: collapse: all the same."
        and "worse than PCA" in words[1]
        and "leakage: up to 40%" in words[2]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"group": "plate"}, "column 'plate': is missing"), ({"nuisance": ["plate"]}, "there is no column 'plate'"),
        ({"target": "class", "features": ["plate"]}, "asked for as a feature"), ({"placed": "tsne"}, "placed: there is no 'tsne'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(report, tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        evaluate(report[0] / "e.parquet", output=tmp_path / "r", splits=1, **change)
    assert not (tmp_path / "r").exists()


def test_data_of_other_objects_are_refused(report, tmp_path):
    others = report[3].take([0, 1]).with_columns({"object_id": ["x", "y"]})
    with pytest.raises(InputError, match="no object of .* is among the embeddings"):
        evaluate(report[0] / "e.parquet", output=tmp_path / "r", data=others)


def test_rows_are_matched_by_name_and_order(report):
    from clrseries.evaluation.embedded_objects import embedded_objects

    table = pa.table({"object_id": ["a", "b", "a", "c"]})
    series = report[3].take([0, 1, 2]).with_columns({"object_id": ["b", "a", "a"]})
    found = embedded_objects(np.eye(4, dtype=np.float32), table, "e.parquet", series=series)
    assert found.matched is not None and found.matched.tolist() == [1, 0, 2, -1] and "1 of 4 objects" in found.notes[0]
    lost = np.eye(4, dtype=np.float32)
    lost[0] = np.nan
    found = embedded_objects(lost, table, "e.parquet", series=series)  # the second row of "a" stays the second
    assert found.ids == ["b", "a", "c"] and found.matched is not None and found.matched.tolist() == [0, 2, -1]
