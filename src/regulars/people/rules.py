"""Names, phones and birthdays: how they are normalised, found and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin

LONGEST_IN_EVERY_READING = 4
TAIL_DIGITS = 4

SURNAMES = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "任": "ren", "区": "ou", "查": "zha",
    "朴": "piao", "盖": "ge", "翟": "zhai", "乐": "yue", "覃": "qin", "缪": "miao", "尉": "yu",
    "万": "wan", "华": "hua", "纪": "ji", "柏": "bai", "洗": "xian", "冼": "xian", "员": "yun",
    "折": "she", "种": "chong", "秘": "bi", "繁": "po", "燕": "yan", "应": "ying", "宁": "ning",
}  # fmt: skip
"""Characters read in another way as a surname, or at risk of it."""

_WORDS = re.compile(r"[a-z0-9]+|[^\sa-z0-9]+")


def normalise_name(text: str) -> str:
    """Full-width letters narrowed, spaces single, ends trimmed."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def name_keys(name: str) -> list[str]:
    """What a name is found by, each a prefix to be typed.

    For Chinese characters: every tail of the name (so that any part of it is found), its pinyin
    initials and its full pinyin, in every reading of 多音字 (tails longer than a name of four
    characters in the usual one only); for Latin letters: each word, and the whole without spaces.
    All in lower case.

    >>> name_keys("曾黎")
    ['cengli', 'cl', 'l', 'li', 'zengli', 'zl', '曾黎', '黎']
    """
    keys: set[str] = set()
    words = _WORDS.findall(normalise_name(name).lower())
    if len(words) > 1:
        keys.add("".join(words))
    for word in words:
        if word[0].isascii() and word[0].isalnum():
            keys.add(word)
        else:
            for start in range(len(word)):
                tail = word[start:]
                keys.add(tail)
                keys |= _spelled(tail, _initials)
                keys |= _spelled(tail, _readings)
    return sorted(keys)


def sort_name(name: str) -> str:
    """What a name sorts by: the pinyin of its characters, then the characters; Latin in lower case.

    >>> sort_name("曾黎")
    'zeng li 曾黎'
    """
    name = normalise_name(name)
    syllables = lazy_pinyin(name)
    if name[:1] in SURNAMES:
        syllables[0] = SURNAMES[name[0]]
    spelled = " ".join(" ".join(syllables).lower().split())
    return spelled if spelled == name.lower() else f"{spelled} {name}"


def query_term(text: str) -> str:
    """What a person typed, as the prefix to look for."""
    return "".join(normalise_name(text).lower().split())


@lru_cache(maxsize=8192)
def _readings(character: str) -> tuple[str, ...]:
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys(found[0])) if found else (character,)


@lru_cache(maxsize=8192)
def _initials(character: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reading[0] for reading in _readings(character)))


def _spelled(text: str, spell: Callable[[str], tuple[str, ...]]) -> set[str]:
    spellings = [spell(character) for character in text]
    if len(text) > LONGEST_IN_EVERY_READING:
        spellings = [usual[:1] for usual in spellings]
    return {"".join(combination) for combination in product(*spellings)}


def normalise_contact(kind: str, text: str) -> str:
    """One spelling for one contact, or "" when the text is none.

    Phones: digits, with a leading + for numbers outside China; +86, 86 and 0086 before a Chinese
    mobile number are dropped. E-mails: lower case. WeChat ids: as given, trimmed.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if kind == "phone":
        return _normalise_phone(text)
    if kind == "email":
        text = text.lower()
        return text if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}", text) else ""
    return text if re.fullmatch(r"\S{3,64}", text) else ""


def _normalise_phone(text: str) -> str:
    digits = re.sub(r"[\s\-().·]", "", text)
    if re.fullmatch(r"(\+86|0086|86)?1[3-9]\d{9}", digits):
        return digits[-11:]
    if re.fullmatch(r"00\d{6,15}", digits):
        return "+" + digits[2:]
    return digits if re.fullmatch(r"\+?\d{5,15}", digits) else ""


def mask_contact(kind: str, value: str) -> str:
    """Enough to recognise a contact by, not enough to use it: 138****2384, w***@qq.com."""
    if kind == "phone":
        if len(value) < 8:  # so short that a head and four digits would leave nothing hidden
            return f"****{value[-2:]}"
        head = value[:3] if len(value) >= 10 else value[:1]
        return f"{head}****{value[-TAIL_DIGITS:]}"
    if kind == "email":
        name, _, domain = value.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"{value[:1]}***{value[-1:]}"
