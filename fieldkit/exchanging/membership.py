"""Belonging to a project: founding one, joining one, connecting to its server, confirming its devices.

Owns what a person does once (or once for each device); keys, statements and requests are `sync`'s, storage is
`fieldkit.vault.members`'. Invariant: a vault belongs to one project, and a practice vault to a practice project only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from fieldkit.vault.library import StoredForm
from fieldkit.vault.members import Keys, KnownDevice, Place, Project, Server, StoredMembers
from fieldkit.vault.vault import Vault
from forms.problems import FormProblem
from sync import projects
from sync.calls import Calls
from sync.coordinators import certify, device_words, list_with
from sync.identity import SigningKey, to_text
from sync.intake import Membership
from sync.invitations import Invitation, require_address
from sync.joining import Joining, register
from sync.joining import join as join_project
from sync.messages import DeviceState, ReturnRequest
from sync.problems import Fault, SyncProblem, problem
from sync.roles import Role
from sync.statements import MOST_TEXT, FormStatement, ListStatement, Payload, sign_statement
from sync.wire import LIMITS, canonical

if TYPE_CHECKING:
    from sync.calls import Transport
    from sync.transport import HttpTransport

MakeTransport = Callable[[Server], "Transport"]
"""How to reach a server; tests put one in the same process behind it."""


def found_project(vault: Vault, name: str, *, now: Callable[[], datetime]) -> str:
    """Found a project in this vault, which becomes its first coordinator's.

    Makes the project's keys, the coordinator's certificate, the recipient list, and signs the vault's forms and
    lists.

    Returns:
        The text of the public project file, for ``fieldkit-server init``.

    Raises:
        SyncProblem: ALREADY_MEMBER when the vault belongs to a project.
    """
    members = StoredMembers(vault.database)
    _require_none(vault)
    info = vault.info()
    founded = projects.found(name, now(), device=info.device, practice=info.practice)
    statements = [*founded.statements]
    for payload in _library(vault, founded.project):
        statements.append(sign_statement(founded.key, payload))
    project = Project(founded.project, name, founded.key.public, tuple(statements))
    members.keep_keys(Keys(founded.device_key, founded.age))
    members.keep_project(project, role=Role.COORDINATOR, device=founded.device, project_key=founded.key)
    return public_project(vault)


def public_project(vault: Vault) -> str:
    """The text of the public project file. Raises SyncProblem NO_SERVER when there is no project."""
    project = StoredMembers(vault.database).project()
    return projects.public_file(project.project, project.name, project.key, project.statements)


async def join(vault: Vault, invitation_text: str, *, transport: MakeTransport | None = None) -> None:
    """Join a project by an invitation; what was recorded before is sent at the first sync.

    Who was invited as a coordinator is a recorder until the project's key says more (`confirm`); the sync that brings
    the certificate makes the vault a coordinator's. The server's word on the role counts for nothing.

    May be tried again after any problem: the vault's keys stay the same, and the server knows them. A recorder whom
    the server no longer accepts joins the same project again with a new invitation, as a new device.

    Raises:
        SyncProblem: INVITATION, INVITATION_SPENT, ALREADY_MEMBER, PRACTICE, or what kept the server from answering.
    """
    invitation, info = Invitation.decode(invitation_text), vault.info()
    if info.role is Role.COORDINATOR or info.project not in ("", invitation.project):
        _require_none(vault)
    if info.practice is not projects.is_practice(invitation.project):
        raise problem(Fault.PRACTICE)
    members = StoredMembers(vault.database)
    keys = members.keys()
    place = Server(invitation.address, invitation.tls_fingerprint, "")
    async with AsyncExitStack() as opened:
        calls = Calls(await open_transport(opened, place, transport))
        joining = await join_project(invitation, calls, keys.signing, keys.age)
    asks_more = invitation.role is Role.COORDINATOR
    role = Role.RECORDER if asks_more else invitation.role
    _keep(members, joining, place, role, asked=invitation.role if asks_more else None)


async def connect(
    vault: Vault, address: str, tls_fingerprint: str | None = None, *, transport: MakeTransport | None = None
) -> None:
    """Register this coordinator's vault with the project's server and remember where it is.

    The first sync certifies the server's key where this vault holds the project's.

    Raises:
        SyncProblem: ADDRESS, NOT_ALLOWED when this is no coordinator's vault, or what kept the server from answering.
    """
    members = StoredMembers(vault.database)
    member = members.current()
    certificate = members.certificate(member.device)
    if certificate is None or member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    place = Server(require_address(address), tls_fingerprint, "")
    async with AsyncExitStack() as opened:
        calls = Calls(await open_transport(opened, place, transport))
        joining = await register(calls, member.trust.project_key, certificate, member.key)
    _keep(members, joining, place, member.role)


async def come_back(vault: Vault, calls: Calls) -> bool:
    """Let a server know this device again that was put back from a backup older than it; False where it does not.

    The device stays what it was, and nobody is asked. May be cut anywhere and done again.

    Raises:
        SyncProblem: what kept the server from answering.
    """
    members = StoredMembers(vault.database)
    server, member = members.server(), members.current()
    if server.admission is None:
        return False
    hello = await calls.hello()
    proven = ReturnRequest.proven(member.project, hello.epoch, server.admission)
    request = ReturnRequest(
        admission=server.admission,
        certificate=members.certificate(member.device),
        proof=to_text(member.key.sign(proven)),
    )
    try:
        joined = await calls.come_back(request)
    except SyncProblem as refused:
        if refused.fault not in (Fault.NOT_ALLOWED, Fault.REQUEST_REFUSED):
            raise
        return False
    if joined.device != member.device:
        raise problem(Fault.REPLY_UNREADABLE)
    members.keep_server(replace(server, token=joined.token, admission=joined.admission))
    return True


def set_address(vault: Vault, address: str) -> None:
    """Reach the same server at another address from now on. Raises SyncProblem ADDRESS or NO_SERVER."""
    members = StoredMembers(vault.database)
    server = members.server()
    members.keep_server(replace(server, address=require_address(address)))


def own_words(vault: Vault) -> tuple[str, ...]:
    """Six words of this vault's keys and of what it asked to be, as the coordinator's screen shows them."""
    keys = StoredMembers(vault.database).keys()
    return device_words(keys.signing.public, keys.age.recipient, asked_role(vault))


def asked_role(vault: Vault) -> Role:
    """What this vault asked to be; its role, where that is the same."""
    asked = vault.settings.get(Place.ASKED_ROLE)
    return Role(asked) if isinstance(asked, str) else vault.info().role


def publish(vault: Vault, form: StoredForm, lists: Mapping[str, str], *, now: Callable[[], datetime]) -> None:
    """Store a form version and its list files, and sign them for the project's devices; they leave with the next sync.

    In a vault without a project they are stored only. Twice is no fault.

    Args:
        lists: file name to content.

    Raises:
        FormProblem: FORM-011 in a project, for what is larger than a statement.
        SyncProblem: NOT_ALLOWED in a project whose coordinator this vault is not.
    """
    statements = _signed(
        vault, lambda project: [_form_payload(form, project), *_list_payloads(vault, lists, project, now)]
    )
    for name, content in lists.items():
        vault.library.add_list(name, content)
    vault.library.add(form)
    _keep_statements(vault, statements)


def publish_lists(vault: Vault, lists: Mapping[str, str], *, now: Callable[[], datetime]) -> None:
    """Store list files, and sign them for the project's devices; as `publish`, without a form.

    Raises:
        SyncProblem: NOT_ALLOWED in a project whose coordinator this vault is not.
    """
    statements = _signed(vault, lambda project: [*_list_payloads(vault, lists, project, now)])
    for name, content in lists.items():
        vault.library.add_list(name, content)
    _keep_statements(vault, statements)


def _signed(vault: Vault, payloads: Callable[[str], list[Payload]]) -> list[str]:
    """The payloads as statements of this coordinator; none in a vault without a project."""
    if vault.settings.get(Place.PROJECT_KEY) is None:
        return []
    member = StoredMembers(vault.database).current()
    if member.role is not Role.COORDINATOR:
        raise problem(Fault.NOT_ALLOWED)
    return [sign_statement(member.key, payload) for payload in payloads(member.project)]


def _keep_statements(vault: Vault, statements: list[str]) -> None:
    members = StoredMembers(vault.database)
    for statement in statements:
        members.keep_statement(statement)


def devices(vault: Vault) -> list[KnownDevice]:
    """Every device of the project that this coordinator's vault heard of; those to be confirmed first."""
    return StoredMembers(vault.database).devices()


def other_coordinators(vault: Vault) -> list[KnownDevice]:
    """Coordinators' devices of the project beside this vault's."""
    own = vault.info().device
    return [
        known
        for known in devices(vault)
        if known.role is Role.COORDINATOR and known.state is DeviceState.CONFIRMED and known.device != own
    ]


def confirm(vault: Vault, device: str, *, now: Callable[[], datetime], as_coordinator: bool = False) -> None:
    """Certify a device after its six words were compared; the certificate leaves with the next sync.

    A coordinator's leaves with the next list of recipients, which names its age key. Twice is no fault, and signs again
    what another holder's list has overtaken.

    Args:
        as_coordinator: what the person means to grant; the device must have asked for just that.

    Raises:
        SyncProblem: NO_PROJECT_KEY, UNKNOWN_DEVICE, REVOKED, OTHER_ROLE.
    """
    key, member = require_project_key(vault)
    members = StoredMembers(vault.database)
    notice = members.notice(device)
    if notice is None:
        raise problem(Fault.UNKNOWN_DEVICE)
    if notice.state is DeviceState.REVOKED:
        raise problem(Fault.REVOKED)
    is_certified = members.certificate(device) is not None
    if is_certified and not as_coordinator:
        return
    certificate = certify(notice, member.project, projects.last_day(now()), as_coordinator=as_coordinator)
    if not is_certified:
        members.keep_statement(sign_statement(key, certificate))
    if as_coordinator and (following := list_with(member.trust, certificate)) is not None:
        members.keep_statement(sign_statement(key, following))


def require_project_key(vault: Vault) -> tuple[SigningKey, Membership]:
    """The project's key, where this vault holds it, and who it is. Raises SyncProblem NO_PROJECT_KEY."""
    members = StoredMembers(vault.database)
    key = members.project_key()
    if key is None:
        raise problem(Fault.NO_PROJECT_KEY)
    return key, members.current()


def _keep(
    members: StoredMembers, joining: Joining, place: Server, role: Role, asked: Role | None = None
) -> None:
    project = Project(joining.project, joining.project_name, joining.project_key, joining.statements)
    server = replace(place, token=joining.token, admission=joining.admission)
    members.keep_project(project, role=role, device=joining.device, asked=asked, server=server)


def _require_none(vault: Vault) -> None:
    if vault.settings.get(Place.PROJECT_KEY) is not None:
        raise problem(Fault.ALREADY_MEMBER)


def _library(vault: Vault, project: str) -> Iterator[Payload]:
    """The vault's forms and lists as statements of the project."""
    for form in vault.library.stored():
        yield _form_payload(form, project)
    for name, content in vault.library.stored_lists().items():
        yield ListStatement(project=project, name=name, version=1, content=content)


_AROUND_TEXT = 10_000
"""Bytes that a statement has beside the text of its form or list; more than ever used."""


def _require_room(name: str, text: str) -> None:
    """Raises FormProblem FORM-011 for a form or list that no device would take."""
    size = len(canonical(text))
    if len(text) > MOST_TEXT or size > LIMITS.statement - _AROUND_TEXT:
        raise FormProblem(
            "FORM-011",
            f"It has {size / 1_000_000:.1f} MB, which is more than can be sent to devices: up to"
            f" {MOST_TEXT / 1_000_000:.1f} MB, of Burmese up to {LIMITS.statement / 1_000_000:.1f} MB."
            " Nothing was published.",
            remedy="Leave out columns and rows that nobody needs, or split the list by area.",
            where=name,
        )


def _form_payload(form: StoredForm, project: str) -> FormStatement:
    _require_room(form.key.form_id, form.definition)
    return FormStatement(
        project=project, form_id=form.key.form_id, version=form.key.version, definition=form.definition
    )


def _list_payloads(
    vault: Vault, lists: Mapping[str, str], project: str, now: Callable[[], datetime]
) -> Iterator[ListStatement]:
    # Seconds since 1970, so that two coordinators hardly choose one version; but higher than any known before, or
    # a clock that was wrong once would win for years.
    members, seconds = StoredMembers(vault.database), int(now().timestamp())
    for name, content in lists.items():
        _require_room(name, content)
        version = max(seconds, members.latest_list(name) + 1)
        yield ListStatement(project=project, name=name, version=version, content=content)


async def open_transport(opened: AsyncExitStack, place: Server, transport: MakeTransport | None) -> Transport:
    """A transport that is closed with the stack; the HTTP client is loaded only here."""
    if transport is not None:
        return transport(place)
    # Loading the client and the computer's authorities takes longer than a key press may wait.
    return await opened.enter_async_context(await asyncio.to_thread(_over_http, place))


def _over_http(place: Server) -> HttpTransport:
    from sync.transport import HttpTransport

    return HttpTransport(place.address, place.token, place.tls_fingerprint)
