"""What a file of a stranger can do: one test for each numbered sentence of SECURITY.md."""

import ast
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clrseries import (
    Grid,
    InputError,
    Model,
    embed,
    encoders,
    finetune,
    load,
    methods,
    preprocess,
    pretrain,
    show_views,
)
from clrseries import spectra as sp
from clrseries.archive import parts
from clrseries.archive.catalog import catalog_of
from clrseries.archive.parts import sources_of
from clrseries.commands.cli import main
from clrseries.config import composition
from clrseries.model import hub

ROOT = Path(__file__).parent.parent
GRID = Grid.log(4100, 6800, 300)


@pytest.fixture
def folder(tmp_path):
    """A model of somebody."""
    encoder = encoders.ResidualDense(len(GRID), width=16, embedding_dim=8)
    observe = sp.Observe([sp.Resample(GRID), sp.Normalize()])
    Model(encoder, methods.Projector(8, 4), observe).save(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def trap(tmp_path, monkeypatch):
    """A module that must not be imported."""
    (tmp_path / "trap_for_clrseries.py").write_text(
        "def f(flux, ivar, wavelength, parameters, normal, lane, lanes):\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield "trap_for_clrseries:f"
    sys.modules.pop("trap_for_clrseries", None)


def edited(folder, **changes):
    """Change the configuration of a model; None removes a key."""
    config = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps({key: value for key, value in config.items() if value is not None}))
    return folder


def test_every_sentence_has_a_test():
    sentences = re.findall(r"^(\d+)\. ", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    tests = re.findall(r"^def test_(\d+)_", Path(__file__).read_text(), re.MULTILINE)
    assert sentences == [str(k + 1) for k in range(len(sentences))] and set(tests) == set(sentences)


@pytest.mark.parametrize("suffix", ["pt", "pth", "bin", "ckpt", "pkl"])
def test_1_pickles_are_refused(folder, suffix):
    (folder / "model.safetensors").rename(folder / f"model.{suffix}")
    with pytest.raises(InputError, match="may be a pickle"):
        load(folder)


def test_2_no_other_file_is_downloaded(monkeypatch, tmp_path):
    asked = {}

    class Api:
        @staticmethod
        def snapshot_download(name, **options):
            asked.update(options)
            return str(tmp_path)

    monkeypatch.setattr(hub, "_library", lambda: Api)
    hub.download("somebody/model")
    assert asked["allow_patterns"] == ["config.json", "model.safetensors", "README.md"]


@pytest.mark.parametrize(
    "changes",
    [
        {"encoder": None}, {"encoder": "dense"}, {"encoder": {}}, {"encoder": {"name": ["dense"]}}, {"encoder": {"name": "os"}},
        {"encoder": {"name": "dense", "pixels": {"a": 1}}}, {"encoder": {"name": "dense", "__class__": 1}}, {"projector": []},
        {"projector": {"embedding_dim": "8"}}, {"projector": {"embedding_dim": -8}}, {"projector": {"hidden": 8}}, {"augment": {}},
        {"augment": [1]}, {"augment": [{"Resample": {"grid": 1}, "Noise": {}}]}, {"augment": []}, {"bands": "gr"}, {"bands": [1]},
        {"notes": []}, {"head": {"name": "nothing"}}, {"head": []}, {"target": 1}, {"format": True}, {"format": "2"}, {"hook": "os:system"},
    ],
)  # fmt: skip
def test_3_a_configuration_that_cannot_be_one_is_refused(folder, changes):
    with pytest.raises(InputError) as error:
        load(edited(folder, **changes))
    assert "\n" not in str(error.value) and str(folder) in str(error.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "1", "{", "\xff", "[" * 100_000])
def test_3_a_configuration_that_is_no_mapping_is_refused(folder, text):
    (folder / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match=str(folder)):
        load(folder)


@pytest.mark.parametrize(
    "encoder",
    [
        {"width": 1 << 20, "blocks": 1}, {"blocks": 1 << 19}, {"width": 1 << 60}, {"pixels": 1 << 19}, {"embedding_dim": 900_000},
    ],
)  # fmt: skip
def test_4_a_network_larger_than_its_weights_takes_no_memory(folder, encoder):
    import resource

    own = json.loads((folder / "config.json").read_text())["encoder"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="config.json"):
        load(edited(folder, encoder=own | encoder))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # [KiB]


def test_4_a_configuration_has_a_limit(folder):
    (folder / "config.json").write_text('{"notes": "' + "a" * (1 << 24) + '"}')
    with pytest.raises(InputError, match="16 MiB"):
        load(folder)


def test_5_other_weights_are_refused(folder, tmp_path):
    encoder = encoders.ResidualDense(len(GRID), width=16, embedding_dim=8)
    observe = sp.Observe([sp.Resample(GRID), sp.Normalize()])
    Model(encoder, methods.Projector(8, 4), observe).save(tmp_path / "other")
    (tmp_path / "other" / "model.safetensors").replace(folder / "model.safetensors")
    with pytest.raises(InputError, match="not the file that config.json was written with"):
        load(folder)


def test_6_an_encoder_of_somebody_is_not_imported(folder, trap):
    own = {"name": "module of your own", "class": "trap_for_clrseries:f", "embedding_dim": 8}
    with pytest.raises(InputError, match="no code is imported for it"):
        load(edited(folder, encoder=own))
    assert "trap_for_clrseries" not in sys.modules


EVALUATES = {"eval", "exec", "compile", "__import__", "system", "popen"}
OWN_ANNOTATIONS = {"parser.py"}  # evaluates the annotations of our own functions, with no builtins of a file
OWN_MODULES = {"custom.py"}  # imports the function of a step, after the check of consent


def test_7_no_source_evaluates_unpickles_or_calls_a_shell():
    for path in [*ROOT.glob("clrseries/**/*.py"), *ROOT.glob("kernels/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not {name.split(".")[0] for name in names} & {
                    "pickle",
                    "cloudpickle",
                    "dill",
                    "marshal",
                    "shelve",
                    "subprocess",
                }, path
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EVALUATES:
                assert path.name in OWN_ANNOTATIONS, f"{path}: {node.func.id}"
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.system", "os.popen", "torch.load"):
                safe = any(word.arg == "weights_only" and ast.unparse(word.value) == "True" for word in node.keywords)
                assert safe, f"{path}: {ast.unparse(node.func)}"


@pytest.mark.parametrize(
    "text", ["!!python/object/apply:os.system [touch x]", "- !!python/name:os.system", "!!python/module:os"]
)
def test_7_yaml_makes_no_objects(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "steps.yaml").write_text(text)
    with pytest.raises(InputError):
        composition(tmp_path / "steps.yaml")
    assert not (tmp_path / "x").exists()


def steps_with(function) -> list[Any]:
    return [{"Resample": {"grid": GRID.to_dict()}}, {"Custom": {"function": function}}, {"Normalize": {"by": "mean"}}]


def test_8_a_function_is_imported_only_with_consent(folder, trap, tmp_path, series, capsys):
    steps = steps_with(trap)
    (tmp_path / "steps.yaml").write_text(json.dumps(steps))
    (tmp_path / "train.yaml").write_text(json.dumps({"augment": steps, "trust_code": True, "data": "x", "output": "y"}))
    table = pa.table({"object_id": ["a"], "wavelength": [np.linspace(4000, 7000, 900)], "flux": [np.ones(900)]})
    pq.write_table(table, tmp_path / "a.parquet")
    output = str(tmp_path / "out/")
    model = load(edited(folder, augment=steps))
    for refused in (
        lambda: composition(tmp_path / "steps.yaml"),
        lambda: composition(steps),
        lambda: pretrain(series, tmp_path / "run", augment=steps, epochs=1, progress=False),
        lambda: show_views(series, tmp_path / "views.html", augment=str(tmp_path / "steps.yaml")),
        lambda: preprocess(str(tmp_path / "steps.yaml"), tmp_path / "a.parquet", output, progress=False),
        lambda: model.observe(series),
        lambda: finetune(folder, series, tmp_path / "head", target="kind", epochs=1, progress=False),
    ):
        with pytest.raises(InputError, match=r"trap_for_clrseries:f.*trust_code=True"):
            refused()
    assert main(["pretrain", str(tmp_path / "train.yaml")]) == 2
    assert "which a file of arguments cannot give" in capsys.readouterr().err
    assert "trap_for_clrseries" not in sys.modules
    assert composition(steps, trust_code=True)(series).flux.shape[0] == 40
    assert load(folder, trust_code=True).observe(series).flux.shape[0] == 40
    assert "trap_for_clrseries" in sys.modules


def test_8_embedding_never_needs_the_function(folder, trap, series):
    assert load(edited(folder, augment=steps_with(trap))).embed(series).shape == (40, 8)
    assert "trap_for_clrseries" not in sys.modules


@pytest.mark.parametrize("name", ["../outside", "/etc", "a/../../outside", "link"])
def test_9_a_collection_does_not_lead_out_of_its_folder(tmp_path, name):
    (tmp_path / "outside" / "dataset").mkdir(parents=True)
    (tmp_path / "collection").mkdir()
    (tmp_path / "collection" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "collection" / "collection.properties").write_text(f"hats_primary_table_url={name}\n")
    with pytest.raises(InputError, match="not within"):
        catalog_of(tmp_path / "collection")


class Claims:
    """What the end of a file says, with other numbers in its row groups and columns."""

    def __init__(self, about, lies):
        self.about, self.lies = about, lies

    def __getattr__(self, name):
        return self.lies.get(name, getattr(self.about, name))

    def row_group(self, number):
        return Claims(self.about.row_group(number), self.lies)

    def column(self, number):
        return Claims(self.about.column(number), self.lies)


@pytest.mark.parametrize(
    "lies",
    [
        {"total_uncompressed_size": 300 << 20}, {"num_values": 1 << 26}, {"num_rows": -1}, {"num_rows": -(1 << 60)},
        {"num_rows": (1 << 40) + 1}, {"num_rows": (1 << 63) - 1},
    ],
)  # fmt: skip
def test_10_a_file_that_claims_too_much_is_not_read(folder, tmp_path, monkeypatch, lies):
    table = pa.table({"object_id": ["a"], "wavelength": [np.linspace(4000, 7000, 900)], "flux": [np.ones(900)]})
    (tmp_path / "data").mkdir()
    for name in "ab":
        pq.write_table(table, tmp_path / "data" / f"{name}.parquet")

    def claimed(path):
        return Claims(pq.read_metadata(path), lies if Path(path).name == "b.parquet" else {})

    monkeypatch.setattr(parts, "pq", SimpleNamespace(read_metadata=claimed))
    found = sources_of(catalog_of(tmp_path / "data"))
    assert found[0].problem == "" and f"claims {lies.get('num_rows', 1)} objects of" in found[1].problem
    out = embed(folder, tmp_path / "data", tmp_path / "out/", progress=False)
    (one,) = pq.read_table(out / "errors.parquet").to_pylist()
    assert one["file"] == "b.parquet" and "it is damaged" in one["reason"]


def test_10_manifests_and_yaml_have_limits(folder, tmp_path):
    table = pa.table({"object_id": ["a"], "wavelength": [np.linspace(4000, 7000, 900)], "flux": [np.ones(900)]})
    pq.write_table(table, tmp_path / "a.parquet")
    out = embed(folder, tmp_path / "a.parquet", tmp_path / "out/", progress=False)
    with (out / "manifest.json").open("r+b") as file:
        file.truncate((1 << 28) + 1)  # takes no room on the disk
    with pytest.raises(InputError, match="256 MiB"):
        embed(folder, tmp_path / "a.parquet", out, overwrite=True, progress=False)
    (tmp_path / "steps.yaml").write_bytes(b"a" * ((1 << 24) + 1))
    with pytest.raises(InputError, match="16 MiB"):
        preprocess(tmp_path / "steps.yaml", tmp_path / "a.parquet", tmp_path / "other/", progress=False)


def test_10_properties_have_a_limit(tmp_path):
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "Norder=0").mkdir()
    (tmp_path / "dataset" / "Norder=0" / "Npix=1.parquet").touch()
    (tmp_path / "hats.properties").write_text("a=" + "b" * (1 << 20))
    with pytest.raises(InputError, match="1 MiB"):
        catalog_of(tmp_path)


def test_11_a_folder_of_something_else_is_not_written_to(folder, tmp_path):
    table = pa.table({"object_id": ["a"], "wavelength": [np.linspace(4000, 7000, 900)], "flux": [np.ones(900)]})
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("...")
    with pytest.raises(InputError, match=r"chapter1\.tex"):
        embed(folder, tmp_path / "a.parquet", tmp_path / "thesis", overwrite=True, progress=False)
    assert [path.name for path in (tmp_path / "thesis").iterdir() if not path.name.startswith(".")] == ["chapter1.tex"]
