"""The notebook that a server hands to a kernel which cannot see its file.

With a gateway the kernel starts on another machine. The server's variables named ``KERNEL_…``
reach it there; a hand-over travels in some of them, or as the text in a message.

Light on purpose: a starting kernel imports this, if something was handed over to it.
"""

from __future__ import annotations

from nbenv.home.variables import CARRIED

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbenv.core.record import RecordDict
    from nbenv.errors import RecordError

__all__ = ["COMM", "METADATA", "HandedOver", "variables_in"]

COMM = "nbenv-handed-over"
"""The identifier of the comm by which a kernel tells the server; that of a server begins so."""
METADATA = "nbenv_handed_over"
"""The key, beside the record's, of what else was handed over, in the file that is kept of it."""
_PART = 4_000
"""The characters of a part: Enterprise Gateway refuses a variable with more than 4096."""
_MOST_PARTS = 64
"""The most parts: Linux takes 2 MB of all variables and words of a command, others less."""
_LARGEST = 16_000_000
"""The most bytes of an unpacked text; a record has at most 4 million characters."""
_LONGEST_NAME = 120


class HandedOver:
    """The identity and the record of a notebook, as a server hands them over.

    Parameters
    ----------
    identity
        A name for the notebook that renames do not change.
    path
        The notebook's path on the server's machine.
    record
        The record that counts there; None for a notebook without one.
    known
        Fingerprints of records which the server has had and which this one follows.
    number
        A name for this record at this server: a restarted kernel gets what was handed over when it
        was started first.
    """

    __slots__ = ("identity", "known", "number", "path", "record")

    def __init__(
        self,
        identity: str,
        path: str,
        record: RecordDict | None,
        known: tuple[str, ...] = (),
        number: str = "",
    ) -> None:
        self.identity, self.path, self.record = identity, path, record
        self.known, self.number = known, number

    def to_text(self) -> str:
        """Return it as one word of ASCII, a third shorter than a record, which is mostly hashes."""
        import base64
        import json
        import zlib

        value = {name: getattr(self, name) for name in self.__slots__}
        text = json.dumps(value, separators=(",", ":"))
        packed = zlib.compress(text.encode("utf-8", "surrogatepass"))
        return base64.b64encode(packed).decode("ascii")

    @classmethod
    def from_text(cls, text: str) -> HandedOver:
        """Return what a text holds.

        Raises
        ------
        RecordError
            It is damaged, or not from nbenv.
        """
        import base64
        import json
        import zlib

        try:
            unpacking = zlib.decompressobj()
            data = unpacking.decompress(base64.b64decode(text, validate=True), _LARGEST)
            if not unpacking.eof:
                raise _damaged()
            return cls._from_value(json.loads(data.decode("utf-8", "surrogatepass")))
        except (ValueError, RecursionError, zlib.error):
            raise _damaged() from None

    @classmethod
    def _from_value(cls, value: object) -> HandedOver:
        found = value if isinstance(value, dict) else {}
        identity, path, record = found.get("identity"), found.get("path"), found.get("record")
        known, number = found.get("known"), found.get("number")
        if not (isinstance(identity, str) and _is_name(identity) and isinstance(path, str)):
            raise _damaged()
        if not (isinstance(known, list) and isinstance(number, str)):
            raise _damaged()
        return cls(identity, path, record, tuple(map(str, known)), number)

    def to_variables(self) -> dict[str, str]:
        """Return it as environment variables; none where it would be too much for them."""
        text = self.to_text()
        parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
        if len(parts) > _MOST_PARTS:
            return {}
        numbered = {f"{CARRIED}_{number}": part for number, part in enumerate(parts, 1)}
        return {CARRIED: str(len(parts)), **numbered}

    @classmethod
    def from_variables(cls, environ: Mapping[str, str]) -> HandedOver:
        """Return what these environment variables hold.

        Raises
        ------
        RecordError
            They are damaged, or incomplete.
        """
        count = environ.get(CARRIED, "")
        if count not in map(str, range(1, _MOST_PARTS + 1)):
            raise _damaged()
        names = [f"{CARRIED}_{number}" for number in range(1, int(count) + 1)]
        return cls.from_text("".join(environ.get(name, "") for name in names))


def variables_in(environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that a hand-over travels in."""
    return [name for name in environ if name == CARRIED or name.startswith(CARRIED + "_")]


def _is_name(identity: str) -> bool:
    """Return whether a text can be the name of a file, whoever sent it."""
    plain = identity.replace("-", "").replace("_", "").replace(".", "")
    is_short = 0 < len(identity) <= _LONGEST_NAME
    return is_short and plain.isalnum() and plain.isascii() and not identity.startswith(".")


def _damaged() -> RecordError:
    from nbenv.errors import RecordError  # only where something is wrong

    return RecordError(
        "What the Jupyter server handed over for this notebook cannot be read.",
        "It is damaged, or another version of nbenv made it.",
        "Install the same version of nbenv on both machines, then restart the kernel.",
    )
