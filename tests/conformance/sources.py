"""The forms that are compared: each as the XML that both engines read, and as the definition that runs here.

Owns finding and converting. A workbook is converted twice: by pyxform alone, as any other tool would, for ODK's engine,
and by `forms.publish` for ours, so that a form that only we refuse counts as a difference.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forms import definition_json, list_files, shipped, xform
from forms.definition import Definition
from forms.evaluation import Lists
from forms.faults import InvalidForm
from forms.problems import FormProblem
from forms.publish import convert_file

ENDINGS = (".xlsx", ".xls", ".md", ".xml")
OWN_FORMS = Path(__file__).parent / "forms"


@dataclass(frozen=True, slots=True)
class Source:
    """One form to compare."""

    name: str
    xml: Path | None
    """The XForm for ODK's engine; None where pyxform refuses the workbook."""
    media: Path
    """The folder of its lists."""
    definition: Definition | None
    """What runs here; None where we refuse it."""
    refusal: str
    """Why one of the converters refuses; blank where none does."""

    def lists(self) -> Lists:
        """The lists that the form reads, as far as their files are there and can be read."""
        found = {}
        for list_id, name in self.definition.external_lists.items() if self.definition else ():
            path = self.media / Path(name).name
            if path.is_file():
                found[list_id] = list_files.read(name, path.read_bytes())
        return found


def sources(folders: list[Path], scratch: Path, only: str = "") -> Iterator[Source]:
    """The shipped forms, our own test forms, and every form below the folders, in a steady order.

    Args:
        only: text that the name of a form must contain.
    """
    for form_id in sorted(each for each in shipped.definitions() if only in f"shipped/{each}"):
        media = scratch / "shipped"
        media.mkdir(parents=True, exist_ok=True)
        workbook = media / f"{form_id}.xlsx"
        workbook.write_bytes(shipped.template(form_id))
        for name, text in shipped.lists().items():
            (media / name).write_text(text, encoding="utf-8")
        yield _source(f"shipped/{form_id}", workbook, media, scratch)
    for folder in (OWN_FORMS, *folders):
        for path in sorted(each for each in folder.rglob("*") if each.suffix.lower() in ENDINGS):
            name = path.relative_to(folder.parent).as_posix()
            media = path.parent / "media"
            if only not in name or (path.suffix == ".xml" and not _is_form(path)):
                continue
            yield _source(name, path, media if media.is_dir() else path.parent, scratch)


def _is_form(xml: Path) -> bool:
    """Whether an XML file is a form and not a list."""
    return "<model" in xml.read_text(encoding="utf-8", errors="replace")


def _source(name: str, path: Path, media: Path, scratch: Path) -> Source:
    xml, refusal = (path, "") if path.suffix.lower() == ".xml" else _by_pyxform(path, name, scratch)
    try:
        if path.suffix.lower() == ".xml":
            made = xform.read(path.read_text(encoding="utf-8"), as_odk=True)
        else:
            made = convert_file(path, as_odk=True).definition
        # As on a device: written and read back.
        definition = definition_json.load(definition_json.dump(made))
    except InvalidForm as problem:
        return Source(name, xml, media, None, refusal or problem.faults[0].lines()[0])
    except (FormProblem, UnicodeDecodeError) as problem:
        return Source(name, xml, media, None, refusal or str(problem))
    return Source(name, xml, media, definition, refusal)


def _by_pyxform(path: Path, name: str, scratch: Path) -> tuple[Path | None, str]:
    from pyxform.xls2xform import convert

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = convert(path, form_name="data").xform
    except Exception as error:
        # Whatever pyxform stumbles over: there is then nothing to compare.
        return None, f"pyxform: {' '.join(str(error).split())[:160]}"
    target = scratch / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.xml"
    target.write_text(content, encoding="utf-8")
    return target, ""
