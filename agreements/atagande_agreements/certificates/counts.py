"""What one municipality counts of one clinic's certificates, and what can't be so. Pure."""

from dataclasses import dataclass

from atagande_agreements.certificates.errors import (
    HalfSplit,
    MoreCompletedThanLacking,
    MoreLackingThanReceived,
    NegativeCount,
    SplitAboveWhole,
)


@dataclass(frozen=True, slots=True)
class BySex:
    """Certificates by the patient's sex; one whose sex is not known is in neither count."""

    received_women: int
    received_men: int
    lacking_women: int
    lacking_men: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Certificates received, those of them lacking activity capacity, and those then completed."""

    received: int
    lacking: int
    completed: int
    by_sex: BySex | None = None

    def check(self) -> None:
        """Raise what says which part is larger than its whole, if any is."""
        for name in ("received", "lacking", "completed"):
            if getattr(self, name) < 0:
                raise NegativeCount(field=name)
        if self.lacking > self.received:
            raise MoreLackingThanReceived(
                field="lacking", lacking=self.lacking, received=self.received
            )
        if self.completed > self.lacking:
            raise MoreCompletedThanLacking(
                field="completed", completed=self.completed, lacking=self.lacking
            )
        if self.by_sex is not None:
            self._check_split(self.by_sex)

    def _check_split(self, split: BySex) -> None:
        for name in BySex.__slots__:
            if getattr(split, name) < 0:
                raise NegativeCount(field=name)
        for sex in ("women", "men"):
            lacking, received = getattr(split, f"lacking_{sex}"), getattr(split, f"received_{sex}")
            if lacking > received:
                raise MoreLackingThanReceived(
                    field=f"lacking_{sex}", lacking=lacking, received=received
                )
        if split.received_women + split.received_men > self.received:
            raise SplitAboveWhole(field="received_women")
        if split.lacking_women + split.lacking_men > self.lacking:
            raise SplitAboveWhole(field="lacking_women")


def split_of(
    received_women: int | None,
    received_men: int | None,
    lacking_women: int | None,
    lacking_men: int | None,
) -> BySex | None:
    """Return the counts by sex, None when there are none; raise HalfSplit for some of them."""
    match (received_women, received_men, lacking_women, lacking_men):
        case (None, None, None, None):
            return None
        case (int(first), int(second), int(third), int(fourth)):
            return BySex(first, second, third, fourth)
        case _:
            raise HalfSplit(field="received_women")
