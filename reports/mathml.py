"""LaTeX as MathML that is safe to put into a page, or as escaped source where it cannot be typeset.

latex2mathml neither escapes what stands in \\text nor withholds links and styles, and printed formulas come from scans.
So nothing of its output reaches a page as text: its tree is rebuilt from known elements and attributes only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter
from markupsafe import Markup

from .words import clean

_ELEMENTS = frozenset(
    "math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow mspace msqrt mstyle msub"
    " msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
_ATTRIBUTES = frozenset(
    "accent accentunder columnalign depth displaystyle fence form height largeop linethickness lspace mathvariant"
    " maxsize minsize movablelimits notation rspace scriptlevel separator stretchy symmetric voffset width".split()
)
_UNDER = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
_SCRIPTED = frozenset([*_UNDER, *_UNDER.values()])
_TALL = frozenset("mfrac mtable mroot msqrt munder munderover".split())
_LIMITS = frozenset("lim max min sup inf det gcd argmax argmin liminf limsup".split())
_LONGEST = 20_000

_ENTITY = re.compile(r"&#x[0-9A-Fa-f]+;")
_MACRO = re.compile(r"\\(?:def|let|newcommand|renewcommand|providecommand|href|class|style|unicode)(?![A-Za-z])")
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
_ALIGNED = re.compile(r"(?<!\\)&|\\\\")
_PROSE = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{3,}(?![A-Za-z}])")
_NOTATION = re.compile(r"[\\^_=]")
_COMMAND = re.compile(r"\\[A-Za-z]+")
_ARG = re.compile(r"\\arg\s*\\(min|max)(?![A-Za-z])|\\operatorname\*?\{\s*arg\s*(?:\\[,;: ])?\s*(min|max)\s*\}")


class _Damaged(Exception):
    """The LaTeX cannot be typeset faithfully."""


def typeset(latex: str, alt: str = "", block: bool = False) -> Markup:
    r"""A formula as one `math` element; as its escaped source in `code` where the LaTeX is damaged.

    alt is the formula in Unicode text, for readers that do not speak MathML.

    >>> typeset("n^2", "n²")
    Markup('<math displaystyle="true" alttext="n²"><msup><mi>n</mi><mn>2</mn></msup></math>')
    >>> typeset(r"\frac{<b>}{")
    Markup('<code class="tex">\\frac{&lt;b&gt;}{</code>')
    """
    markup = _math(latex, alt, block)
    return markup if markup is not None else _source(latex)


def typeset_printed(printed: str) -> Markup:
    """A formula as a lecture prints it, where prose and $mathematics$ may be mixed.

    >>> typeset_printed("where $x$ is small").striptags()
    'where x is small'
    """
    parts = []
    for is_math, part in _split(printed):
        markup = _math(part, "", False) if is_math else Markup("<span>{}</span>").format(clean(part))
        if markup is None:
            return _source(printed)
        parts.append(markup)
    return Markup(" ").join(parts) if parts else _source(printed)


def _source(latex: str) -> Markup:
    return Markup('<code class="tex">{}</code>').format(clean(latex))


@lru_cache(maxsize=1 << 15)
def _math(latex: str, alt: str, block: bool) -> Markup | None:
    try:
        tree = _tree(latex)
    except _Damaged:
        return None
    tree.attrib.clear()
    tree.set(*("display", "block") if block else ("displaystyle", "true"))
    if alt:
        tree.set("alttext", clean(alt))
    return Markup(tostring(tree, encoding="unicode"))


def _tree(latex: str) -> Element:
    if not latex.strip() or len(latex) > _LONGEST or latex != clean(latex) or _MACRO.search(latex):
        raise _Damaged(latex)
    source = _ARG.sub(lambda m: rf"\arg{m[1] or m[2]} ", latex).replace(r"\operatorname*", r"\operatorname")
    source = re.sub(r"\\(begin|end)\{(?:aligned|split|gathered|equation\*?|eqnarray\*?)\}", r"\\\1{align*}", source)
    if _ALIGNED.search(_ENVIRONMENT.sub("", source)):
        source = rf"\begin{{align*}}{source}\end{{align*}}"
    try:
        found = Converter(display="block").convert_to_element(source)
    except Exception as error:  # a third party's parser on scanned text: whatever it raises means "cannot be typeset"
        raise _Damaged(latex) from error
    (math,) = _rebuilt(found)
    return math


def _rebuilt(found: Element) -> list[Element]:
    """The element made anew from what is known to be harmless; a row of one element is that element."""
    if found.tag not in _ELEMENTS:
        raise _Damaged(found.tag)
    text = _ENTITY.sub(lambda m: unescape(m[0]), found.text or "")
    if found.tag in ("mi", "mo") and (text.startswith("\\") or text == "&"):
        raise _Damaged(text)  # an unknown command
    made = Element(found.tag, {k: v for k, v in sorted(found.attrib.items()) if k in _ATTRIBUTES})
    made.text = clean(text) or None
    children = [child for below in found for child in _rebuilt(below)]
    if found.tag == "mrow" and not made.attrib:
        if len(children) == 1:
            return children
    made.extend(_spaced(children) if found.tag in ("mrow", "math", "mtd", "mstyle", "msqrt") else children)
    return [_portable(made)]


def _portable(element: Element) -> Element:
    """What TeX does and MathML Core leaves to us: alphabets, alignment, tight scripts and fences, limits below."""
    text = element.text or ""
    if element.tag == "mo" and _word(element).isalpha() and _word(element).isascii():
        element.tag, element.attrib = "mi", {"mathvariant": "normal"}
    if element.tag in ("mi", "mn", "mtext") and (variant := element.attrib.pop("mathvariant", "")):
        if variant == "normal":
            element.set("mathvariant", "normal")
        else:
            element.text = "".join(_styled(letter, variant) for letter in text)
    elif element.tag == "mi" and len(text) == 1 and "GREEK CAPITAL" in unicodedata.name(text, ""):
        element.set("mathvariant", "normal")
    if element.tag == "mrow" and not any(below.tag in _TALL for below in element.iter()):
        for fence in element.findall("mo[@fence='true']"):
            fence.set("stretchy", "false")
    if element.tag in _SCRIPTED and not element.get("accent"):
        for operator in (below for script in element[1:] for below in script.iter("mo")):
            operator.attrib |= {"lspace": "0em", "rspace": "0em"}
    if align := element.attrib.pop("columnalign", ""):
        element.set("style", f"text-align:{align if align in ('left', 'right', 'center') else 'center'}")
    if element.tag in _UNDER and len(element) and element[0].tag == "mi" and _word(element[0]) in _LIMITS:
        element.tag = _UNDER[element.tag]
    return element


def _word(element: Element) -> str:
    return re.sub(r"\s", "", element.text or "")


def _styled(letter: str, variant: str) -> str:
    """The mathematical alphanumeric of a letter, where Unicode has one."""
    name = unicodedata.name(letter, "").replace("LATIN ", "").replace("GREEK ", "").replace("LETTER ", "")
    style = variant.replace("-", " ").upper()
    for wanted in (f"MATHEMATICAL {style} {name}", f"MATHEMATICAL BOLD {name}" if "BOLD" in style else ""):
        try:
            return unicodedata.lookup(wanted)
        except KeyError:
            continue
    return letter


def _spaced(row: list[Element]) -> list[Element]:
    """A row with upright letters joined to words, and a thin space between a function's name and a bare argument."""
    spaced: list[Element] = []
    for element in row:
        if spaced and _upright(spaced[-1]) and _upright(element):
            spaced[-1].text = f"{spaced[-1].text}{element.text}"
            continue
        if spaced and _apart(spaced[-1], element):
            spaced.append(Element("mspace", {"width": "0.167em"}))
        spaced.append(element)
    return spaced


def _upright(element: Element) -> bool:
    return element.tag == "mi" and element.get("mathvariant") == "normal" and (element.text or "").isascii()


def _apart(left: Element, right: Element) -> bool:
    if {left.tag, right.tag} & {"mo", "mspace"}:
        return False
    return not _opens(right) if _is_function(left) else _is_function(right)


def _is_function(element: Element) -> bool:
    base = element[0] if element.tag in _SCRIPTED else element
    return base.tag == "mi" and len(_word(base)) > 1 and _word(base).isascii()


def _opens(element: Element) -> bool:
    return element.tag == "mrow" and len(element) > 0 and element[0].get("form") == "prefix"


def _split(printed: str) -> list[tuple[bool, str]]:
    """The parts of a printed formula, each with whether it is mathematics.

    A quotation may begin inside or outside of the dollars, so the reading is taken that leaves the fewest words of
    prose in the mathematics and the least notation in the prose.
    """
    pieces = re.split(r"(?<!\\)\$\$?", printed)
    if len(pieces) == 1:
        return [(not (_PROSE.search(printed) and not _NOTATION.search(printed)), printed)]

    def cost(first: int) -> int:
        inside, outside = pieces[first::2], pieces[1 - first :: 2]
        prose = sum(len(_PROSE.findall(p)) for p in inside)
        return prose + sum(len(_NOTATION.findall(p)) + 2 * len(_COMMAND.findall(p)) for p in outside)

    first = min((0, 1), key=cost)
    return [(index % 2 == first, piece) for index, piece in enumerate(pieces) if piece.strip()]
