"""HDBSCAN's groups (Campello et al. 2013) from a graph of nearest neighbours.

hdbscan itself compares everyone with everyone in 256 dimensions, where its trees save nothing. A
spanning tree of the mutual reachability over some dozens of neighbours a row is the same tree but
for edges that no group hangs on; what is made of the tree is hdbscan's own code (McInnes et al.
2017). How near the two come is measured by ``python -m evaluation.clustering --tracks N``.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from recognition.engine.types import Floats, Ints

MIN_SIZE = 2
"""``min_cluster_size`` and ``min_samples``: people may have few tracks."""
_FAR = 1e3  # beyond every distance: joins parts of the graph that know nothing of each other
_TINY = 1e-9  # the sparse tree takes 0 for "no edge"


def density_groups(index: Ints, distance: Floats) -> Ints:
    """Group of each row (n,), -1 for none, from its neighbours (n, k) and their distances (n, k).

    Distances need not be sorted; each lies in 0 to 2.
    """
    count, width = index.shape
    if count <= MIN_SIZE or width < MIN_SIZE:
        return np.full(count, -1, dtype=np.int64)
    core = np.partition(distance, MIN_SIZE - 1, axis=1)[:, MIN_SIZE - 1]
    first = np.repeat(np.arange(count), width)
    second = index.ravel()
    reach = np.maximum(np.maximum(core[first], core[second]), distance.ravel())
    return _groups(_spanning_tree(first, second, reach, count))


def _spanning_tree(first: Ints, second: Ints, reach: Floats, count: int) -> Floats:
    """Edges (n - 1, 3) of a minimum spanning tree, shortest first."""
    graph = sparse.coo_matrix(
        (reach.astype(np.float64) + _TINY, (first, second)), shape=(count, count)
    ).tocsr()
    # A pair may be named by either side: both have the same reach but for re-ranked distances,
    # of which the smaller counts.
    turned = graph.T.tocsr()
    graph = graph.maximum(turned) - abs(graph - turned).multiply((graph > 0).multiply(turned > 0))
    parts, part_of = csgraph.connected_components(graph, directed=False)
    tree = csgraph.minimum_spanning_tree(graph).tocoo()
    ends = np.unique(part_of, return_index=True)[1]
    links = np.stack([ends[:-1], ends[1:], np.full(parts - 1, _FAR)], axis=1)
    edges = np.concatenate([np.stack([tree.row, tree.col, tree.data], axis=1), links])
    return np.asarray(edges[np.argsort(edges[:, 2], kind="stable")], dtype=np.float64)


def _groups(tree: Floats) -> Ints:
    from hdbscan._hdbscan_linkage import label
    from hdbscan._hdbscan_tree import compute_stability, condense_tree, get_clusters

    condensed = condense_tree(label(np.ascontiguousarray(tree)), MIN_SIZE)
    labels, _, _ = get_clusters(condensed, compute_stability(condensed))
    return np.asarray(labels, dtype=np.int64)
