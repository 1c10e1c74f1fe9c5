"""A small project for tests: its keys, a coordinator, a recorder, a server and some changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.identity import AgeIdentity, SigningKey, to_text
from sync.messages import DeviceNotice, DeviceState
from sync.roles import Role
from sync.segments import Segment, seal
from sync.statements import (
    Certificate,
    Recipient,
    RecipientList,
    ServerCertificate,
    Trust,
    sign_statement,
)
from sync.wire import NO_DIGEST, Change, ChangeKind, new_id


@dataclass
class Holder:
    """A device of the project with its keys."""

    role: Role
    device: str = field(default_factory=new_id)
    key: SigningKey = field(default_factory=SigningKey.generate)
    age: AgeIdentity = field(default_factory=AgeIdentity.generate)

    def notice(self) -> DeviceNotice:
        """What the server tells of it when it has joined."""
        return DeviceNotice(
            device=self.device,
            role=self.role,
            sign_key=to_text(self.key.public),
            age_recipient=self.age.recipient,
            state=DeviceState.PENDING,
        )


@dataclass
class Project:
    """Everybody's keys in one place, as only a test may have them."""

    project: str = field(default_factory=new_id)
    key: SigningKey = field(default_factory=SigningKey.generate)
    server_key: SigningKey = field(default_factory=SigningKey.generate)
    coordinator: Holder = field(default_factory=lambda: Holder(Role.COORDINATOR))
    recorder: Holder = field(default_factory=lambda: Holder(Role.RECORDER))

    def certificate(self, holder: Holder) -> str:
        """The holder's certificate, signed by the project."""
        return sign_statement(
            self.key,
            Certificate(
                project=self.project,
                device=holder.device,
                role=holder.role,
                sign_key=to_text(holder.key.public),
                age_recipient=holder.age.recipient,
                not_after="2030-01-01",
            ),
        )

    def recipients(self, version: int = 1) -> str:
        """The recipient list with the one coordinator."""
        recipient = Recipient(device=self.coordinator.device, age_recipient=self.coordinator.age.recipient)
        return sign_statement(
            self.key, RecipientList(project=self.project, version=version, recipients=(recipient,))
        )

    def server_certificate(self) -> str:
        """The server's certificate."""
        return sign_statement(
            self.key, ServerCertificate(project=self.project, server_key=to_text(self.server_key.public))
        )

    def statements(self) -> list[str]:
        """What every device of the project has after joining."""
        return [self.recipients(), self.certificate(self.coordinator), self.server_certificate()]

    def trust(self) -> Trust:
        """What these statements give."""
        return Trust.of(self.project, self.key.public, self.statements())

    def segment(
        self,
        changes: list[Change],
        holder: Holder | None = None,
        *,
        first_n: int = 1,
        previous: str = NO_DIGEST,
        audience: str = "",
    ) -> Segment:
        """The changes sealed by a holder, the recorder unless another is named."""
        sender = holder or self.recorder
        return seal(
            changes,
            project=self.project,
            device=sender.device,
            key=sender.key,
            first_n=first_n,
            previous=previous,
            recipients=[self.coordinator.age.recipient],
            recipients_version=1,
            audience=audience,
        )


def revision(text: str = "Hpa-An", **other: object) -> Change:
    """A finalised submission's first revision with one open and one sealed answer."""
    return Change.model_validate(
        {
            "change_id": new_id(),
            "kind": ChangeKind.REVISION,
            "submission": new_id(),
            "revision": new_id(),
            "form_id": "dialogue_session",
            "version": "1",
            "open_part": {"attended": 12},
            "sealed_part": {"place": text},
            "name": text,
            "recorded_at": "2026-01-05T10:00:00+06:30",
            **other,
        }
    )


def withdrawal(of: Change) -> Change:
    """The withdrawal of a submission; it has no sealed part."""
    return Change(
        change_id=new_id(),
        kind=ChangeKind.WITHDRAWAL,
        submission=of.submission,
        revision=new_id(),
        parents=(of.revision,),
    )
