"""The page is whole in itself: it names no host, runs no script but its own, has words for all it may say."""

import base64
import json
import re
import zlib
from pathlib import Path

import pytest

from vraem.player import modules
from vraem.player.page import packed
from vraem.tape.header import PROTECTIONS
from vraem.world.organisation_tables import RANKS, STATUSES
from vraem.world.security_tables import ACTORS, FORCES, INCIDENT_KINDS, TASKS, UNIT_KINDS

SCRIPTS = modules()


@pytest.fixture(scope="module")
def words() -> dict[str, set[str]]:
    """Keys of the dictionary by language."""
    text = SCRIPTS["vraem/words"]
    blocks = re.findall(r"const (\w\w) = \{(.*?)\n\};", text, re.DOTALL)
    return {language: set(re.findall(r'"([\w.\' ]+)": "', block)) for language, block in blocks}


def test_both_languages_have_the_same_words(words: dict[str, set[str]]) -> None:
    assert set(words) == {"en", "es"}
    assert words["en"] == words["es"]
    assert len(words["en"]) > 200


def test_translations_fill_in_the_same_names() -> None:
    text = SCRIPTS["vraem/words"]
    pairs: dict[str, list[set[str]]] = {}
    for key, said in re.findall(r'"([\w.\' ]+)": "((?:[^"\\]|\\.)*)"', text):
        pairs.setdefault(key, []).append({name.lower() for name in re.findall(r"\{(\w+)\}", said)})
    assert not [key for key, names in pairs.items() if len(names) != 2 or names[0] != names[1]]


def test_every_word_that_a_script_asks_for_is_there(words: dict[str, set[str]]) -> None:
    page = (Path(__file__).parents[2] / "src/vraem/player/web/index.html").read_text("utf-8")
    asked = set(re.findall(r'data-t(?:-label)?="([\w.]+)"', page))
    for text in SCRIPTS.values():
        asked |= set(re.findall(r'\bt\("([\w.\' ]+)"', text))
    assert not asked - words["en"]


def test_every_code_of_the_world_has_words(words: dict[str, set[str]]) -> None:
    for stem, codes in (
        ("rank", RANKS), ("status", STATUSES), ("unit", UNIT_KINDS), ("force", FORCES), ("task", TASKS),
        ("protection", PROTECTIONS), ("actor", ACTORS),
    ):  # fmt: skip
        assert {f"{stem}.{code}" for code in range(len(codes))} <= words["en"], stem
    assert {f"say.{kind}" for kind in INCIDENT_KINDS} <= words["en"]


def test_every_kind_of_order_has_words(words: dict[str, set[str]]) -> None:
    from typing import get_args

    from vraem.scenario.campaigns import TARGETS
    from vraem.scenario.events import EVENT_KINDS, Role, Route

    kinds = {"removal.order" if kind == "removal" else kind for kind in EVENT_KINDS}
    assert {f"say.{kind}" for kind in kinds} <= words["en"]
    assert {f"target.{target}" for target in TARGETS} <= words["en"]
    assert {f"ordered.{role}" for role in get_args(Role)} <= words["en"]
    assert {f"route.{route}" for route in get_args(Route)} <= words["en"]


def test_every_refusal_of_the_live_valley_has_words(words: dict[str, set[str]]) -> None:
    folder = Path(__file__).parents[2] / "src/vraem/serve"
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    codes = set(re.findall(r'Refused\(\s*"(\w+)"', text)) | set(re.findall(r'Over\(\s*\w+, "(\w+)"', text))
    assert len(codes) > 8
    assert {f"refused.{code}" for code in codes} <= words["en"]


def test_groups_have_the_colours_of_the_charts() -> None:
    from vraem.figures.looks import FOUNDING_LOOK, OUTSIDER_LOOK, SPLINTER_LOOKS

    text = SCRIPTS["vraem/colours"]
    declared = dict(re.findall(r"export const (\w+) = ([^;]+);", text))
    assert json.loads(declared["FOUNDING"]) == FOUNDING_LOOK.colour
    assert json.loads(declared["OUTSIDER"]) == OUTSIDER_LOOK.colour
    assert json.loads(declared["SPLINTERS"]) == [look.colour for look in SPLINTER_LOOKS]


def test_a_place_is_held_from_the_same_share_as_in_the_maps() -> None:
    from vraem.observe.joint import LEAST_HELD

    declared = re.search(r"const LEAST_HELD = ([\d.]+);", SCRIPTS["vraem/card"])
    assert declared is not None
    assert float(declared[1]) == LEAST_HELD


def test_every_import_names_a_script_of_the_page() -> None:
    for name, text in SCRIPTS.items():
        for imported in re.findall(r'from "([^"]+)"', text):
            assert imported in SCRIPTS, f"{name} imports {imported}"


def test_the_page_names_no_host_and_forbids_all_connections(replays: dict[str, Path]) -> None:
    page = replays["one"].read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "connect-src 'none'" in policy[1]
    assert "unsafe-eval" not in policy[1]
    scripts = "".join(SCRIPTS.values()) + page.split('<script id="tape"')[0]
    assert not re.findall(r"https?://(?!www\.w3\.org)", scripts)
    assert not re.findall(r"\b(eval|Function|innerHTML\s*=\s*[^'\"])\(", scripts)


def test_what_is_packed_comes_out_again() -> None:
    parts = [b"one", b"", b"three..."]
    whole = zlib.decompress(packed(parts))
    found = []
    at = 0
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "little")
        found.append(whole[at + 4 : at + 4 + length])
        at += 4 + -(-length // 4) * 4
    assert found == parts


def test_a_name_from_a_scenario_file_is_text_and_not_markup(replays: dict[str, Path]) -> None:
    from vraem.player import replay_page
    from vraem.tape import Tape

    page = replays["one"].read_text("utf-8")
    data = re.search(r'<script id="tape" type="text/plain">([^<]+)<', page)
    assert data is not None
    zlib.decompress(base64.b64decode(data[1]))
    evil = replay_page({}, [Tape({"name": "</title><script>alert(1)</script>"}, b"")])
    assert "<script>alert" not in evil
    boot = re.search(r'<script id="boot" type="application/json">(.+?)</script>', evil)
    assert boot is not None
    assert json.loads(boot[1]) == {"mode": "replay"}


def test_accents_are_those_of_the_drawn_maps() -> None:
    """The page cannot read the table in Python; it has a copy, with names that only the page shows."""
    from vraem.figures import place_names

    copied = dict(re.findall(r'(\w+): "(\w+)"', SCRIPTS["vraem/accents"]))
    assert place_names._ACCENTED.items() <= copied.items()
