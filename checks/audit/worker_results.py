"""The worker's part that gathers results: for any interpreter from Python 3.8 on.

Results go straight into one array per output while all look like the first; the others are held by themselves. What
is no regular array of real numbers is refused in words. Nothing that an object says of itself is believed unseen.
"""

from __future__ import annotations

import sys
from array import array as flat_array
from itertools import repeat
from typing import Any

np: Any = sys.modules.get("numpy")
LARGEST = 1 << 29  # bytes of results that are gathered
CODES = {"d": "float64", "q": "int64"}


class Unfit(Exception):
    """What came back cannot be judged; the text says why."""


def kind_of(value):
    name = type(value).__name__
    if value is None:
        return "None"
    return ("an " if name[:1] in "aeiouAEIOU" else "a ") + name


class Part:
    """One output of one call. label: its format as returned, such as float32, or int for a Python number."""

    def __init__(self, data, format, shape, label):
        self.data, self.format, self.shape, self.label = data, format, tuple(shape), label

    @property
    def bytes(self):
        return memoryview(self.data).nbytes


def take_one(taker, i, result):
    return taker(i, result)


class Gathered:
    """The results of a batch."""

    def __init__(self, wide, count):
        self.wide, self.count = wide, count
        self.errors, self.odd, self.buffers, self.size = {}, {}, [], 0
        self.several, self.kinds, self.labels = False, set(), set()
        self.first, self.takers, self.stacked, self.seen = None, [], [], bytearray(count)

    def add(self, i, result):
        try:
            if type(result) is self.first:
                if not self.several:
                    taken = self.takers[0](i, result)
                else:
                    taken = len(result) == len(self.takers) and all(map(take_one, self.takers, repeat(i), result))
                if taken:
                    self.seen[i] = 1
                    return
        except BaseException:
            pass  # it is looked at below
        try:
            self.look(i, result)
        except MemoryError:
            self.errors[i] = "MemoryError: ran out of memory"
        except Unfit as why:
            self.errors[i] = str(why)
        except BaseException as error:
            self.errors[i] = f"returned {kind_of(result)} that is no array: {type(error).__name__}"

    def look(self, i, result):
        result = self.wide.result(result) if self.wide else result
        several, values = split(result)
        parts = [part(value, self.wide) for value in values]
        self.several = self.several or several
        self.kinds.update({type(result).__name__} | {type(v).__name__ for v in values})
        self.labels.update(p.label for p in parts)
        if np is not None and not self.wide and not self.odd and not self.takers:
            if sum(p.bytes for p in parts) * self.count <= LARGEST:
                self.start(type(result), values, parts)
        if self.takers and self.fits(i, parts):
            self.seen[i] = 1
            return
        self.size += sum(p.bytes for p in parts)
        if self.size > LARGEST:
            raise Unfit(f"returned too much: with the results before it, {self.size} bytes")
        self.odd[i] = parts

    def start(self, kind, values, parts):
        """From here on, results like this one are taken without a second look."""
        torch: Any = sys.modules.get("torch")
        for value, p in zip(values, parts):
            out = np.empty((self.count, *p.shape), p.format)
            self.stacked.append(out)
            if type(value) is np.ndarray:
                self.takers.append(arrays(out, value.dtype))
            elif torch is not None and type(value) is torch.Tensor and p.format == p.label:
                self.takers.append(tensors(out, value.dtype, torch.Tensor))
            elif type(value) is float or (isinstance(value, np.generic) and p.format == p.label):
                self.takers.append(numbers(out, type(value)))
            elif type(value) is list and p.label == "float" and len(p.shape) in (1, 2):
                self.takers.append(lists(out))
            else:
                self.takers.append(lambda i, result: False)
        self.first = kind

    def fits(self, i, parts):
        """Whether all outputs are as the first call's were, by format and shape: then they are held with those."""
        if len(parts) != len(self.stacked):
            return False
        if any(p.format != str(out.dtype) or p.shape != out.shape[1:] for p, out in zip(parts, self.stacked)):
            return False
        for p, out in zip(parts, self.stacked):
            out[i] = p.data
        return True

    def header(self):
        """What there is to say; the buffers are then ready."""
        stacked = [[str(out.dtype), list(out.shape[1:])] for out in self.stacked]
        odd = {i: [[p.format, list(p.shape)] for p in parts] for i, parts in self.odd.items()}
        self.buffers = self.stacked + [p.data for parts in self.odd.values() for p in parts]
        return {
            "stacked": stacked,
            "rows": [i for i, seen in enumerate(self.seen) if seen] if 0 in self.seen else "all",
            "odd": odd,
            "count": self.count,
            "several": self.several,
            "kinds": sorted(self.kinds),
            "dtypes": sorted(self.labels),
            "pairs": bool(self.wide),
        }


def arrays(out, dtype):
    ndarray, shape = np.ndarray, out.shape[1:]

    def take(i, result):
        if type(result) is ndarray and result.dtype is dtype and result.shape == shape:
            out[i] = result
            return True
        return False

    return take


def tensors(out, dtype, tensor):
    shape = out.shape[1:]

    def take(i, result):
        if type(result) is tensor and result.dtype is dtype and result.shape == shape:
            out[i] = result.detach().numpy()
            return True
        return False

    return take


def numbers(out, kind):
    def take(i, result):
        if type(result) is kind:
            out[i] = result
            return True
        return False

    return take


def lists(out):
    """Lists of floats, or lists of such."""
    rows, floats = out.shape[1:], {float}

    def take(i, result):
        if type(result) is not list or len(result) != rows[0]:
            return False
        for row in result if len(rows) == 2 else (result,):
            if type(row) is not list or len(row) != rows[-1] or set(map(type, row)) != floats:
                return False
        out[i] = result
        return True

    return take


def split(result):
    """Whether it is several outputs, and which: a tuple is, and a list of arrays."""
    if isinstance(result, tuple):
        if not result:
            raise Unfit("returned an empty tuple")
        return True, list(result)
    if isinstance(result, list) and any(axes(value) for value in result):
        return True, list(result)
    return False, [result]


def axes(value):
    torch: Any = sys.modules.get("torch")
    if np is not None and isinstance(value, np.ndarray):
        return np.ndarray.__dict__["ndim"].__get__(value)  # a subclass may say what it likes
    return value.dim() if torch is not None and isinstance(value, torch.Tensor) else 0


def part(value, wide):
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return tensor_part(torch, value, wide)
    if np is not None and isinstance(value, (np.ndarray, np.generic)):
        return array_part(value, wide)
    if isinstance(value, (list, tuple)):
        shape, flat = flattened(value)
        return flat_part(flat, shape, wide)
    if isinstance(value, (bool, int, float)):
        return flat_part([value], (), wide)
    if isinstance(value, complex):
        raise Unfit("returned a complex number")
    if np is not None and hasattr(type(value), "__array__"):
        return array_part(value, wide)
    return flat_part([number(value, f"returned {kind_of(value)}")], (), wide)


def tensor_part(torch, value, wide):
    value = value.detach().cpu().resolve_conj().resolve_neg()
    if value.layout is not torch.strided:
        value = value.to_dense()
    label = str(value.dtype).replace("torch.", "")
    if value.is_complex():
        raise Unfit(f"returned complex numbers ({label})")
    made = array_part((value.float() if value.dtype is torch.bfloat16 else value).numpy(), wide)
    made.label = label
    return made


def array_part(value, wide):
    made = np.asarray(value)
    if type(made) is not np.ndarray:
        raise Unfit(f"returned {kind_of(value)} that is no array")
    kind, label = made.dtype.kind, made.dtype.name
    if kind == "c":
        raise Unfit(f"returned complex numbers ({label})")
    if kind == "O" and wide and wide.level == "deep":
        return Part(wide.pairs(made), "float64", (*made.shape, 2), wide.label)
    if kind == "O":
        raise Unfit("returned an array of objects")
    if kind not in "biuf":
        raise Unfit("returned an array of text" if kind in "SU" else f"returned an array of {label}")
    if made.dtype == np.longdouble and np.dtype("longdouble") != np.dtype("float64"):
        label = "longdouble"
    if wide:
        return Part(paired(made), "float64", (*made.shape, 2), label)
    if label == "longdouble":
        made = made.astype(np.float64)
    made = np.array(made, dtype=made.dtype.newbyteorder("="), order="C", subok=False)
    return Part(made, str(made.dtype), made.shape, label)


def paired(values):
    """Two numbers of float64 that sum to each value."""
    values = values.astype(np.longdouble)
    high = values.astype(np.float64)
    finite = np.isfinite(high)
    if (np.isfinite(values) & ~finite).any():
        raise Unfit("past the range of float64")
    low = np.zeros_like(high)
    low[finite] = (values[finite] - high[finite]).astype(np.float64)
    return np.stack([high, low], axis=-1)


def flattened(values):
    if isinstance(values, (list, tuple)):
        made = [flattened(value) for value in values]
        if any(shape != made[0][0] for shape, _ in made):
            mixed = any(not shape for shape, _ in made)
            raise Unfit(
                "returned a list of numbers and lists" if mixed else "returned a list of lists of different lengths"
            )
        return (len(made),) + (made[0][0] if made else ()), [number for _, flat in made for number in flat]
    if axes(values):
        made = part(values, None)
        return made.shape, made.data.ravel().tolist()
    return (), [number(values, f"returned a list with {kind_of(values)} in it")]


def number(value, refusal):
    """A Python number, or a wide one, or NumPy's."""
    if isinstance(value, (bool, int, float)) or (
        np is not None and isinstance(value, (np.bool_, np.integer, np.floating))
    ):
        return value
    if np is not None and isinstance(value, (np.ndarray, np.generic)):
        made = np.asarray(value)
        if made.dtype.kind in "biuf":
            return made[()]
        raise Unfit(f"{refusal}, of {made.dtype.name}")
    if hasattr(value, "dim") and hasattr(value, "item"):
        return number(value.item(), refusal)
    if isinstance(value, (str, bytes, complex)) or not hasattr(type(value), "__float__"):
        raise Unfit(refusal)
    return float(value)


def flat_part(flat, shape, wide):
    names = {type(value).__name__ for value in flat}
    label = names.pop() if len(names) == 1 else "float"
    if wide:
        pairs = [half for value in flat for half in pair(value, wide)]
        return shaped(flat_array("d", pairs), "d", (*tuple(shape), 2), label)
    if all(isinstance(value, bool) or type(value).__name__ in ("bool_", "bool") for value in flat) and flat:
        return shaped(flat_array("q", map(int, flat)), "q", shape, label)
    if all(isinstance(value, int) for value in flat) and flat:
        try:
            return shaped(flat_array("q", flat), "q", shape, label)
        except OverflowError:
            pass
    try:
        return shaped(flat_array("d", map(float, flat)), "d", shape, label)
    except OverflowError:
        raise Unfit("returned an integer past the range of float64") from None


def shaped(data, code, shape, label):
    if np is not None:
        data = np.frombuffer(data, CODES[code]).reshape(shape)
    return Part(data, CODES[code], shape, label)


def pair(value, wide):
    if hasattr(value, "halves"):  # a wide number of ours
        halves = value.halves()
        if halves is None:
            raise Unfit("past the range of float64")
        return halves
    if np is not None and isinstance(value, np.longdouble):
        return paired(np.asarray(value)).tolist()
    try:
        return float(value), float(int(value) - int(float(value))) if isinstance(value, int) else 0.0
    except OverflowError:
        raise Unfit("past the range of float64") from None
