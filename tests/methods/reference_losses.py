"""Every loss once more, from its paper's equation: float64, one anchor and one pair at a time."""

import torch


def unit(v):
    return v / v.square().sum(-1, keepdim=True).sqrt()


def pairs_of_views(a, b):
    """Both views in one row, and which object each is of."""
    return unit(torch.cat([a, b])), list(range(len(a))) * 2


def nt_xent(a, b, temperature):
    z, _ = pairs_of_views(a, b)
    n, total = len(a), 0.0
    for i in range(2 * n):
        scores = torch.stack([z[i] @ z[k] / temperature for k in range(2 * n) if k != i])
        total = total - z[i] @ z[(i + n) % (2 * n)] / temperature + scores.logsumexp(0)
    return total / (2 * n)


def dcl(a, b, temperature):
    z, objects = pairs_of_views(a, b)
    n, total = len(a), 0.0
    for i in range(2 * n):
        scores = torch.stack([z[i] @ z[k] / temperature for k in range(2 * n) if objects[k] != objects[i]])
        total = total - z[i] @ z[(i + n) % (2 * n)] / temperature + scores.logsumexp(0)
    return total / (2 * n)


def pairwise(a, b, margin):
    z, objects = pairs_of_views(a, b)
    alike, apart = [], []
    for i in range(len(z)):
        for k in range(i + 1, len(z)):
            distance = (z[i] - z[k]).square().sum().sqrt()
            if objects[i] == objects[k]:
                alike.append(0.5 * distance**2)
            else:
                apart.append(0.5 * (margin - distance).clamp(min=0) ** 2)
    return torch.stack(alike).mean() + torch.stack(apart).mean()


def triplet(a, b, margin):
    z, objects = pairs_of_views(a, b)
    n, found = len(a), []
    for i in range(2 * n):
        near = (z[i] - z[(i + n) % (2 * n)]).norm()
        for k in range(2 * n):
            if objects[k] != objects[i]:
                one = near - (z[i] - z[k]).norm() + margin
                if one > 0:
                    found.append(one)
    return torch.stack(found).mean()


def supcon(z, label, temperature):
    z, total, anchors = unit(z), 0.0, 0
    for i in range(len(z)):
        others = [k for k in range(len(z)) if k != i]
        positives = [k for k in others if label[k] == label[i]]
        if positives:
            bottom = torch.stack([z[i] @ z[k] / temperature for k in others]).logsumexp(0)
            total = total + sum(bottom - z[i] @ z[p] / temperature for p in positives) / len(positives)
            anchors += 1
    return total / anchors


def rank_n_contrast(v, value, temperature):
    n, total = len(v), 0.0
    for i in range(n):
        for j in range(n):
            if j == i:
                continue
            far = [k for k in range(n) if k != i and abs(value[i] - value[k]) >= abs(value[i] - value[j])]
            scores = torch.stack([-(v[i] - v[k]).norm() / temperature for k in far])
            total = total + (v[i] - v[j]).norm() / temperature + scores.logsumexp(0)
    return total / (n * (n - 1))


def info_nce(q, k, temperature):
    q, k, total = unit(q), unit(k), torch.zeros(())
    for i in range(len(q)):
        scores = torch.stack([q[i] @ one / temperature for one in k])
        total = total - scores[i] + scores.logsumexp(0)
    return total / len(q)


def moco(q, k, queue, temperature):
    q, k, queue, total = unit(q), unit(k), unit(queue), torch.zeros(())
    for i in range(len(q)):
        scores = torch.stack([q[i] @ one / temperature for one in [k[i], *queue]])
        total = total - scores[0] + scores.logsumexp(0)
    return total / len(q)


def clip(a, b, scale):
    return 0.5 * (info_nce(a, b, 1 / scale) + info_nce(b, a, 1 / scale))


def siglip(a, b, scale, bias):
    a, b, total = unit(a), unit(b), torch.zeros(())
    for i in range(len(a)):
        for j in range(len(b)):
            sign = 1 if i == j else -1
            total = total + torch.log1p(torch.exp(-sign * (scale * a[i] @ b[j] + bias)))
    return total / len(a)


def byol(p, z):
    return (unit(p) - unit(z.detach())).square().sum(1).mean()


def simsiam(p, z):
    return -sum(unit(p)[i] @ unit(z.detach())[i] for i in range(len(p))) / len(p)


def assignment(scores, epsilon, rounds=3):
    q = torch.exp(scores.detach() / epsilon).T
    q = q / q.sum()
    for _ in range(rounds):
        q = q / q.sum(1, keepdim=True) / len(q)
        q = q / q.sum(0, keepdim=True) / q.shape[1]
    return (q * q.shape[1]).T


def swav(a, b, temperature, epsilon):
    def cross(target, scores):
        p = torch.exp(scores / temperature) / torch.exp(scores / temperature).sum(1, keepdim=True)
        return -(target * p.log()).sum(1).mean()

    return 0.5 * (cross(assignment(b, epsilon), a) + cross(assignment(a, epsilon), b))


def dino(s, t, center, temperature, teacher_temperature):
    target = torch.exp((t.detach() - center) / teacher_temperature)
    target = target / target.sum(1, keepdim=True)
    found = torch.exp(s / temperature)
    return -(target * (found / found.sum(1, keepdim=True)).log()).sum(1).mean()


def barlow_twins(a, b, weight):
    n, total = len(a), 0.0
    for i in range(a.shape[1]):
        for j in range(a.shape[1]):
            x, y = a[:, i] - a[:, i].mean(), b[:, j] - b[:, j].mean()
            c = (x * y).sum() / n / ((x.square().mean() + 1e-5) * (y.square().mean() + 1e-5)).sqrt()
            total = total + ((1 - c) ** 2 if i == j else weight * c**2)
    return total


def vicreg(a, b, invariance, variance, covariance):
    n, k = a.shape
    total = invariance * ((a - b) ** 2).mean()
    for z in (a, b):
        centered = z - z.mean(0)
        c = sum(torch.outer(row, row) for row in centered) / (n - 1)
        spread = (c.diagonal() + 1e-4).sqrt()
        total = total + 0.5 * variance * (1 - spread).clamp(min=0).mean()
        total = total + covariance * sum(c[i, j] ** 2 for i in range(k) for j in range(k) if i != j) / k
    return total


def sigreg(z, directions):
    """The characteristic function point by point, as a complex number."""
    n, total = len(z), torch.zeros((), dtype=z.dtype)
    knots = torch.linspace(-3, 3, 33, dtype=z.dtype)  # both halves of the axis
    for direction in directions.T:
        along = z @ direction
        apart = [
            (sum(torch.exp(1j * t * x) for x in along) / n - torch.exp(-(t**2) / 2)).abs() ** 2 * torch.exp(-(t**2) / 2)
            for t in knots
        ]
        total = total + n * (sum(apart) - (apart[0] + apart[-1]) / 2) * (knots[1] - knots[0])
    return total / directions.shape[1]


def lejepa(a, b, directions, weight):
    center = (a + b) / 2
    apart = sum(((z - center) ** 2).mean() for z in (a, b)) / 2
    return (1 - weight) * apart + weight * sum(sigreg(z, directions) for z in (a, b)) / 2


def mmd(x, y):
    both = torch.cat([x, y]).detach()
    typical = sum((p - q).square().sum() for p in both for q in both) / len(both) ** 2

    def kernel(p, q):
        return sum(torch.exp(-(p - q).square().sum() / (w * typical)) for w in (0.25, 0.5, 1, 2, 4))

    def mean(ps, qs):
        return sum(kernel(p, q) for p in ps for q in qs) / (len(ps) * len(qs))

    return mean(x, x) + mean(y, y) - 2 * mean(x, y)


def coral(x, y):
    def covariance(z):
        centered = z - z.mean(0)
        return centered.T @ centered / (len(z) - 1)

    return (covariance(x) - covariance(y)).square().sum() / (4 * x.shape[1] ** 2)
