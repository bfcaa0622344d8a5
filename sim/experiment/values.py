"""What an adaptive experiment asks for: values of a figure at numbered points, replication by replication."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Values = Callable[[Sequence[int], int], NDArray[np.float64]]
"""Called with the numbers of points and a number of replications n: the figure in the first n replications of each of them, shape
(points, n), NaN where a replication has none. Column k of every point has the same luck, so that differences between points are
paired. Asking again for what was asked before costs nothing."""
