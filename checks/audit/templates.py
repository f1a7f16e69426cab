"""The unchanging parts of the programs that `regression` writes; plain Python 3.8, each part without the others."""

CALL = '''

def call(module, given):
    """The target at some arguments, in calling order."""
    return {called}
'''

HELPERS = '''

def flat(found):
    """The shape and the numbers of a result: an array, a tensor, nested lists or a number."""
    found = found.detach() if hasattr(found, "detach") else found
    found = found.tolist() if hasattr(found, "tolist") else found
    if not isinstance(found, (list, tuple)):
        return (), [found if isinstance(found, (bool, int)) else float(found)]
    parts = [flat(part) for part in found]
    assert all(part[0] == parts[0][0] for part in parts), "a list of lists of different lengths"
    shape = (len(parts), *(parts[0][0] if parts else ()))
    return shape, [number for part in parts for number in part[1]]
'''

CHECKS = {
    "made": '''

def made(found, owner=False):
    """A class whose objects are functions, or that owns the method, as such an object; other things as they are."""
    if not isinstance(found, type):
        return found
    bases = found.__mro__[:-1]
    if any(base.__module__ == "torch.autograd.function" for base in bases):
        return found.apply
    if owner or any("forward" in vars(base) or "__call__" in vars(base) for base in bases):
        try:
            return found()
        except TypeError:
            return found
    return found
''',
    "check": '''

def check(results, want):
    """Each result has its shape and its numbers, within the tolerance; NaN stands for a number that is not known."""
    assert isinstance(results, (list, tuple)) and len(results) == len(want), "not %d results" % len(want)
    for got, (shape, expected, tolerance) in zip(results, want):
        found, numbers = flat(got)
        print("expected", expected)
        print("got     ", numbers)
        assert found == shape or not expected, "shape %r instead of %r" % (found, shape)
        for i, (a, b) in enumerate(zip(expected, numbers)):
            most = tolerance[i] if isinstance(tolerance, list) else tolerance
            near = abs(b - a) <= most if abs(a) != float("inf") else b == a
            assert near or a != a, "entry %d: expected %r, got %r" % (i, a, b)
''',
    "unchanged": '''

def unchanged(before, after):
    """No argument has other numbers than before the call."""
    for name in before:
        print("before", name, "=", flat(before[name]))
        print("after ", name, "=", flat(after[name]))
    for name in before:
        assert repr(flat(before[name])) == repr(flat(after[name])), name + " was changed by the call"
''',
    "same": '''

def same(results):
    """All results have the same numbers."""
    first, *others = [[flat(r) for r in each] if isinstance(each, tuple) else flat(each) for each in results]
    print("first call", first)
    for other in others:
        if repr(other) != repr(first):
            print("later call", other)
        assert repr(other) == repr(first), "the same arguments give different results"
''',
    "not_narrower": '''

def not_narrower(got, expected):
    """Each result is of a format, or of a wider one."""
    formats = ["bfloat16", "float16", "float32", "float64", "float", "float128", "float96"]
    results = got if isinstance(got, (list, tuple)) else [got]
    found = [str(getattr(each, "dtype", type(each).__name__)).replace("torch.", "") for each in results]
    print("expected", expected)
    print("got     ", found)
    for name in found:
        assert name in formats[formats.index(expected) :], "%s instead of %s" % (name, expected)
''',
    "gradient": '''

def gradient(call, module, given, name, cotangent):
    """The gradient of <cotangent, result> by an argument."""
    given[name].requires_grad_()
    result = call(module, given)
    result = result[0] if isinstance(result, (list, tuple)) else result
    result.backward(torch.as_tensor(cotangent, dtype=result.dtype).reshape(result.shape))
    assert given[name].grad is not None, "no gradient reaches " + name
    return given[name].grad
''',
    "refill": '''

def refill(held, given):
    """Put the numbers of new arguments into the arrays of old ones."""
    for name, value in given.items():
        if isinstance(held.get(name), list):
            held[name][:] = value
        elif hasattr(held.get(name), "shape"):
            held[name][...] = value
        else:
            held[name] = value
''',
}

LAYOUTS = {
    "numpy": {
        "readonly": """

def readonly(array):
    array.flags.writeable = False
    return array
""",
        "strided": '''

def strided(array):
    """The same numbers, each with a gap behind it."""
    wider = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wider[..., ::2] = array
    return wider[..., ::2]
''',
        "fortran": """

def fortran(array):
    return np.asfortranarray(array)
""",
    },
    "torch": {
        "readonly": """

def readonly(tensor):
    return tensor
""",
        "strided": '''

def strided(tensor):
    """The same numbers, each with a gap behind it."""
    wider = tensor.new_zeros((*tensor.shape[:-1], 2 * tensor.shape[-1]))
    wider[..., ::2] = tensor
    return wider[..., ::2]
''',
        "fortran": '''

def fortran(tensor):
    """The same numbers, column by column in memory."""
    order = tuple(reversed(range(tensor.dim())))
    return tensor.permute(order).contiguous().permute(order)
''',
    },
}

_LIMITED = '''

def limited():
    """No more than 8 GiB, where the system can say so."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (8 << 30, 8 << 30))
    except (ImportError, ValueError, OSError):
        pass
'''

DIED = f'''{_LIMITED}

def in_a_child(name):
    """The test in a process of its own: it may crash, hang, leave or take all memory."""
    command = [sys.executable, __file__, name]
    done = subprocess.run(command, timeout=60, preexec_fn=limited if os.name == "posix" else None)
    assert done.returncode == 0, "ended with status %d" % done.returncode
'''

CALLER = """if __name__ == "__main__":
    try:
        test()
    except BaseException as error:
        print("fails:   ", type(error).__name__ + ":", error)
        sys.exit(1)
    print("does not fail")
"""

IN_A_CHILD = f"""import os
import subprocess
import sys

PROGRAM = {{program}}
{_LIMITED.replace("{", "{{").replace("}", "}}")}

try:
    limit = limited if os.name == "posix" else None
    status = subprocess.run([sys.executable, "-c", PROGRAM], timeout=60, preexec_fn=limit).returncode
except subprocess.TimeoutExpired:
    status = "none within 60 s"
print("status", status)
sys.exit(1 if status else 0)
"""
