"""A plain reference of passage: NumPy, float64, one pair and member at a time, written from the equations alone."""

import itertools

import numpy as np


def matrices(groups, spread, blocks, links, destination, origins, allowed_turns=()):
    """Block costs by link: from link to link, from origin to link, from link and from origin to the destination."""
    home = {portal: (name, i) for name, portals in groups.items() for i, portal in enumerate(portals)}

    def inside(a, b):
        (g, i), (h, j) = home[a], home[b]
        return blocks[g][i][j] / spread if g == h else np.inf

    turn = np.array([[inside(into[1], out[0]) for out in links] for into in links]).reshape(len(links), len(links))
    for (i, into), (o, out) in itertools.product(enumerate(links), enumerate(links)):
        if home[into[0]][0] == home[out[1]][0] and (i, o) not in set(allowed_turns):
            turn[i, o] = np.inf
    start = np.array([[inside(origin, out[0]) for out in links] for origin in origins]).reshape(-1, len(links))
    stop = np.array([inside(into[1], destination) for into in links])
    stay = np.array([inside(origin, destination) for origin in origins])
    return turn, start, stop, stay


def load(turn, start, stop, stay, spread, cost, size, keep, volume, horizon):
    """One pair, one member, by probabilities stage by stage. Returns traffic, sent, arrived, expected cost."""
    weight = size * np.exp(-cost / spread)
    go, end = np.exp(-turn) * weight, np.exp(-stop)
    values = [end]
    for _ in range(horizon - 1):
        values.append(go @ values[-1] + end)
    begin = np.exp(-start) * weight
    top = begin @ values[-1] + np.exp(-stay)
    sent = np.where(top > 0, volume, 0.0)
    inverse = np.where(top > 0, 1 / np.where(top > 0, top, 1), 0)
    flow = ((sent * inverse) @ begin) * values[-1]
    arrived = (sent * inverse) @ np.exp(-stay)
    traffic = np.zeros_like(cost)
    for stage in range(horizon - 1, -1, -1):
        traffic += flow
        here = np.divide(flow * keep, values[stage], out=np.zeros_like(flow), where=values[stage] > 0)
        arrived += here @ end
        if stage:
            flow = (here @ go) * values[stage - 1]
    with np.errstate(divide="ignore"):
        return traffic, sent, arrived, -spread * np.log(top)


def routes(turn, start, stop, stay, spread, cost, size, horizon):
    """Yield every sequence of links with its cost in spreads from each origin, by brute force; () uses no link."""
    yield (), stay
    own = cost / spread - np.log(size)
    for length in range(1, horizon + 1):
        for route in itertools.product(range(len(cost)), repeat=length):
            inner = sum(turn[a, b] for a, b in itertools.pairwise(route))
            total = start[:, route[0]] + inner + sum(own[m] for m in route) + stop[route[-1]]
            if np.isfinite(total).any():
                yield route, total


def solve(step, state, tolerance=1e-9, most=20000):
    """Solve state = step(state) by Broyden's good method after a few damped sweeps, to a relative L1 of `tolerance`."""
    damping = 0.5
    for _ in range(30):
        state = state + damping * (step(state) - state)
    residual = step(state) - state
    back, inverse = [], None
    for _ in range(most):
        if np.abs(residual).sum() <= tolerance * max(np.abs(state).sum(), 1e-300):
            return state
        back.append((state, residual))
        back = back[-8:]
        if len(back) > 1:
            dx = np.stack([b[0] - a[0] for a, b in itertools.pairwise(back)], 1)
            df = np.stack([b[1] - a[1] for a, b in itertools.pairwise(back)], 1)
            inverse = np.linalg.lstsq(df, residual, rcond=1e-12)[0]
            state = state + residual - (dx + df) @ inverse
        else:
            state = state + damping * residual
        residual = step(state) - state
    raise AssertionError("the reference did not converge")
