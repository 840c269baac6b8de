"""Dangerous goods: radioactive material and arms; what detectors at posts find, and what they cost the honest.

Detectors see radiation, not arms: arms are found by search, as drugs are. The stock of detectors comes and wears as
other donated equipment does (`capability.donated_next`).

Sources:
    Kouzes, Ely, Evans, Hensley, Lepel, McDonald, Schweppe, Siciliano, Strom & Woodring (2006), Naturally occurring
        radioactive materials in cargo at US borders, Packaging, Transport, Storage and Security of Radioactive
        Material 17.
    US Government Accountability Office (2002), Nuclear nonproliferation, GAO-02-426.
    Axelsson (2000), The base-rate fallacy and the difficulty of intrusion detection, ACM Transactions on Information
        and System Security 3.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from panj.mechanisms.arrays import Real


def attempts(wished: Real, control_loss: Real, loss_frees: Real) -> Float[Array, "..."]:
    """Attempts to bring dangerous goods over a border in a month: ``wished * (1 + loss_frees * control_loss)``.

    Args:
        wished: Attempts in a month where control is what it was [1/month].
        control_loss: Share of the former control that is lost, over stores and borders, 0-1.
        loss_frees: Added share where all control is lost [1].

    Deterrence acts on those who wish (`demand.share_that_goes`). Links: L15 (loss of control -> crime over borders, +).
    """
    return wished * (1 + loss_frees * control_loss)


def posts_watched(detectors: Real, posts: Real) -> Float[Array, "..."]:
    """Share of posts with a detector that works, 0-1: ``1 - exp(-detectors / posts)``, some posts having two.

    Args:
        detectors: In working order at a border side [count], never negative.
        posts: At that side [count], positive.
    """
    return -jnp.expm1(-detectors / posts)


class Portals(NamedTuple):
    """A month of detectors at the posts of a border side.

    Attributes:
        found: Chance that one attempt is found and taken, 0-1.
        intercepted: Attempts found and taken [1/month].
        nuisance: Alarms at harmless loads [1/month].
        minutes: Of officers, spent on those [min/month].
        trusted: Share of portal alarms that are true, 0-1: the lower, the sooner officers wave them through.
    """

    found: Float[Array, "..."]
    intercepted: Float[Array, "..."]
    nuisance: Float[Array, "..."]
    minutes: Float[Array, "..."]
    trusted: Float[Array, "..."]


def portals(
    attempted: Real,
    vehicles: Real,
    watched: Real,
    pagers: Real,
    integrity: Real,
    shielded: Real,
    portal_bare: Real,
    portal_shielded: Real,
    pager_finds: Real,
    portal_nuisance: Real,
    second_look: Real,
) -> Portals:
    """What fixed portals and, at posts without one, hand-held pagers find among those who pass at posts.

    ``found = integrity * (watched * alarm + (1 - watched) * pagers * pager_finds)`` with
    ``alarm = (1 - shielded) * portal_bare + shielded * portal_shielded``.

    Args:
        attempted: Attempts at these posts [1/month].
        vehicles: That pass them, all told [1/month].
        watched: Share of posts with a portal that works, 0-1 (`posts_watched`).
        pagers: Share of officers who carry one, 0-1.
        integrity: Share of findings that are not for sale, 0-1.
        shielded: Share of attempts behind lead, 0-1.
        portal_bare: Chance of an alarm at a source that is not shielded, 0-1.
        portal_shielded: At one that is, 0-1.
        pager_finds: Chance that a pager finds either, 0-1.
        portal_nuisance: Share of harmless vehicles that raise an alarm, 0-1 (Kouzes et al. 2006: goods are radioactive
            by nature).
        second_look: Time of an officer for each such alarm [min].

    Where attempts are rare nearly every alarm is a nuisance, however good the portal (Axelsson 2000). Links: L37 (own
    funds and aid -> control, +, for radioactive material; GAO 2002), L61 (corruption -> efficiency, -).
    """
    alarm = (1 - shielded) * portal_bare + shielded * portal_shielded
    found = integrity * (watched * alarm + (1 - watched) * pagers * pager_finds)
    nuisance = vehicles * watched * portal_nuisance
    true = attempted * watched * alarm
    every = true + nuisance
    return Portals(
        found=found,
        intercepted=attempted * found,
        nuisance=nuisance,
        minutes=nuisance * second_look,
        trusted=jnp.where(every > 0, true / jnp.where(every > 0, every, 1.0), 1.0),
    )
