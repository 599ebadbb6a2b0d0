"""One mail: its words, and its way to the server. Nothing personal: that something waits, where."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from domain.notices import book
from domain.notices.outbox import Mail
from domain.notices.settings import MailSettings
from protocols.text import Text

_SUBJECT = Text("Cantiere: c'è un avviso per te", "there is a notice for you")
_BODY = Text(
    "In Cantiere c'è qualcosa che aspetta te. Per leggerlo:",
    "In Cantiere something waits for you. Read it at:",
)
_SUBJECT_OF_DAY = Text("Cantiere: avvisi da leggere", "notices to read")
_ONE = Text(
    "In Cantiere c'è un avviso che non hai ancora letto:",
    "In Cantiere there is a notice that you have not read yet:",
)
_MANY = Text(
    "In Cantiere ci sono {n} avvisi che non hai ancora letto:",
    "In Cantiere there are {n} notices that you have not read yet:",
)
_SO_MANY = Text("{n} o più", "{n} or more")
_WHY = Text(
    "Nella stessa pagina scegli quali messaggi ricevere. Le risposte non le legge nessuno.",
    "On the same page you choose which messages you get. Nobody reads answers to them.",
)


class NotSent(Exception):
    """`problem`: a class of fault or the server's reply code, never its words, which may quote an
    address. `for_good`: the same mail would be refused again."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.for_good = for_good


def compose(mail: Mail, settings: MailSettings, address: str, waiting: int) -> EmailMessage:
    """The same at every attempt, save for how many notices are `waiting` by now."""
    digest = mail.about.startswith("digest ")
    subject = _SUBJECT_OF_DAY if digest else _SUBJECT
    body = (_ONE if waiting == 1 else _MANY) if digest else _BODY
    message = EmailMessage()
    message["Subject"] = f"{subject.it} · {subject.in_('en')}"
    message["From"] = settings.sender
    message["To"] = address
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}@{settings.sender.partition('@')[2]}>"
    # RFC 3834: no machine shall answer a machine.
    message["Auto-Submitted"] = "auto-generated"
    many = _SO_MANY if waiting >= book.MANY else Text("{n}")
    parts = []
    for language in ("it", "en"):
        said = body.in_(language).format(n=many.in_(language).format(n=waiting))
        parts.append(f"{said}\n\n{settings.link}\n\n{_WHY.in_(language)}\n")
    message.set_content("\n— — —\n\n".join(parts))
    return message


def deliver(message: EmailMessage, settings: MailSettings) -> None:
    """Hand the mail over; it is the server's once this returns. Raises NotSent."""
    try:
        with _connected(settings) as server:
            if settings.user:
                server.login(settings.user, settings.password)
            server.send_message(message)
            # What fails after the mail was accepted is no failure of the mail.
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _ in error.recipients.values())
        raise NotSent(f"recipient_{code}", for_good=code >= 500) from None
    except smtplib.SMTPAuthenticationError as error:
        # The operator can mend it without anybody's mail being at fault.
        raise NotSent(f"login_{error.smtp_code}") from None
    except smtplib.SMTPSenderRefused as error:
        raise NotSent(f"sender_{error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        raise NotSent(f"reply_{error.smtp_code}", for_good=error.smtp_code >= 500) from None
    except smtplib.SMTPException as error:
        raise NotSent(_name(error)) from None
    except TimeoutError:
        raise NotSent("timeout") from None
    except OSError as error:
        raise NotSent("certificate" if isinstance(error, ssl.SSLError) else "unreachable") from None


def _connected(settings: MailSettings) -> smtplib.SMTP:
    where = (settings.host, settings.port)
    if settings.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(*where, timeout=settings.timeout, context=context)
    server = smtplib.SMTP(*where, timeout=settings.timeout)
    if settings.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _name(error: smtplib.SMTPException) -> str:
    known = {"SMTPServerDisconnected": "disconnected", "SMTPNotSupportedError": "no_encryption"}
    return known.get(type(error).__name__, "refused")
