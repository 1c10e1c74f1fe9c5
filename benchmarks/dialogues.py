"""Made-up dialogue sessions of the shipped form, every kind of question answered, with notes in two languages.

Notes are composed of words, so that they neither repeat whole sentences nor are random letters; three in ten are in
Burmese. The same seed gives the same sessions.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from fieldkit.made_up import dialogue_sessions
from forms import shipped
from forms.definition import Control
from forms.interview import Interview, QuestionView
from forms.list_files import read as read_list
from forms.page_views import ItemKind
from forms.submission import Parts, fill, split

FORM = "dialogue_session"
LAST_DAY = date(2026, 5, 30)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
ANSWERED = 0.6
"""The share of questions with choices that are answered beyond those that every session answers."""
BURMESE = 0.3
"""The share of notes in Burmese."""

ENGLISH_WORDS = (
    "Two|Three|Several|A few|Most|Some|Nearly all|The oldest|The youngest|Many",
    "families|widows|orchard owners|young men|elders|teachers|herders|shopkeepers|ferry crews|mothers|tenants|weavers",
    "from the lower village|of the east quarter|near the landing|who came last year|along the old road"
    "|from the hill farms|by the monastery|beside the school|who returned in May|of the fishing families",
    "said|complained|asked whether|heard|agreed|feared|denied|were told|hoped|insisted",
    "that",
    "the boundary stones|the key of the well|the fee at the bridge|the clinic|the list of names|the path to the landing"
    "|the seed loans|the permit|the buffaloes|the headman's promise|the pump|the market day|the school roof",
    "was moved again|must be shared|should be written down|will close|cannot be trusted|was fenced in the night"
    "|came too late|was asked for twice|went missing|was forgotten|needs a witness|costs more each season",
    "since the flood|after the harvest|although nobody answered|for the third time|while the road was closed"
    "|without a reason|before the rain stopped|and stayed away|and wrote a letter|in front of everyone",
)
BURMESE_WORDS = (
    "အောက်ရွာမှ|အရှေ့ရပ်ကွက်မှ|တောင်ပေါ်မှ|မနှစ်က ရောက်လာသော|လမ်းဟောင်းဘေးမှ|ကျောင်းနားမှ",
    "မိသားစုများက|အမျိုးသမီးအုပ်စုက|လူငယ်များက|ရပ်မိရပ်ဖများက|ဆရာများက|မုဆိုးမသုံးဦးက|ဥယျာဉ်ပိုင်ရှင်များက|ဈေးသည်များက",
    "ရေတွင်းသော့ကို|နယ်နိမိတ်ကျောက်တိုင်ကို|မျိုးစေ့ကို|တံတားခကို|ဆေးခန်းကို|ရေစုပ်စက်ကို|လမ်းကို|စာရင်းကို",
    "ဘယ်သူကိုင်သလဲဟု|ရွှေ့ထားသည်ဟု|စောစောလိုအပ်သည်ဟု|ဘုတ်ပေါ်တွင် ရေးစေလိုသည်ဟု|ပြန်ပိတ်မည်ဟု|တစ်ရက်ခြား သုံးမည်ဟု",
    "မေးသည်|ပြောသည်|တင်ပြသည်|စိုးရိမ်သည်|သဘောတူသည်|ငြင်းသည်|ကြားသည်|မျှော်လင့်သည်",
)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One finalised session."""

    name: str
    parts: Parts
    answers: dict[str, object]
    """Open and sealed answers together, as the interview gives them."""


def dialogues(count: int, seed: int = 1) -> list[Dialogue]:
    """So many sessions of this seed."""
    definition, files = shipped.load(FORM), shipped.lists()
    lists = {
        list_id: read_list(name, files[name].encode()) for list_id, name in definition.external_lists.items()
    }
    chance = random.Random(seed)
    made = []
    for answers in dialogue_sessions(count, last_day=LAST_DAY, seed=seed):
        interview = Interview(definition, now=lambda: NOW, lists=lists, random=chance)
        concerns = answers.get("grievance")
        for concern in concerns if isinstance(concerns, list) else []:
            del concern["gr_note"]
        fill(interview, answers)
        _answer_more(interview, chance)
        tree = interview.tree()
        made.append(Dialogue(interview.name(), split(definition, tree), tree))
    return made


def with_note(length: int, seed: int = 1) -> Dialogue:
    """A session without concerns, whose one note has so many characters."""
    chance, text = random.Random(seed), ""
    while len(text) < length:
        text += note(chance) + " "
    (made,) = dialogues(1, seed)
    opened = {name: part for name, part in made.parts.open.items() if name != "grievance"}
    sealed = {name: part for name, part in made.parts.sealed.items() if name != "grievance"}
    sealed["g_out"] = {"distress": "no", "incident": "no", "learning": text[:length]}
    return Dialogue(made.name, Parts(opened, sealed), {})


def json_lines(made: Sequence[Dialogue]) -> bytes:
    """Their answers as JSON Lines: what the baseline compresses."""
    return b"".join(
        json.dumps(each.answers, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for each in made
    )


def fingerprint(made: Sequence[Dialogue]) -> str:
    """The hash of the generator's output, by which two measurements are known to be of the same data."""
    return hashlib.sha256(json_lines(made)).hexdigest()


def _answer_more(interview: Interview, chance: random.Random) -> None:
    for page in interview.pages():
        for item in page.questions:
            question = interview.question(item.ref) if item.kind is ItemKind.QUESTION else None
            if question is not None and question.relevant and not question.value and not question.readonly:
                _answer(interview, question, chance)


def _answer(interview: Interview, question: QuestionView, chance: random.Random) -> None:
    if question.choices and chance.random() < ANSWERED:
        chosen = [choice.value for choice in question.choices]
        several = question.control is Control.SELECT_MULTIPLE
        interview.set(
            question.ref, chance.sample(chosen, min(2, len(chosen))) if several else chance.choice(chosen)
        )
        if interview.findings(question.ref):
            interview.set(question.ref, None)
    elif question.name in ("gr_note", "learning"):
        interview.set(question.ref, note(chance))


def note(chance: random.Random) -> str:
    """One or two sentences in one of the two languages."""
    burmese = chance.random() < BURMESE
    slots = BURMESE_WORDS if burmese else ENGLISH_WORDS
    sentences = [
        " ".join(chance.choice(words.split("|")) for words in slots) for _ in range(chance.choice((1, 1, 2)))
    ]
    return " ".join(sentence + ("။" if burmese else ".") for sentence in sentences)
