"""The buttons that lead out of what is not possible, in the Environment panel."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import SLOW, Lab


def test_a_proposal_that_cannot_be_met(lab: Lab, own: Path) -> None:
    before = own.read_bytes()
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    field = panel.get_by_label("Packages to add")
    field.fill("tabulate>=9")
    lab.page.keyboard.press("Enter")
    proposal = panel.locator(".jp-nbenv-Proposal")
    expect(proposal.get_by_role("alert")).to_contain_text("tabulate", timeout=SLOW)
    expect(proposal.get_by_role("button", name="Add", exact=True)).to_have_count(0)
    expect(field).to_have_value("tabulate>=9")
    lab.press(proposal, "Edit")
    expect(proposal).to_have_count(0)
    expect(field).to_be_focused()
    expect(field).to_have_value("tabulate>=9")
    field.fill("scikit-laern")
    lab.page.keyboard.press("Enter")
    lab.press(proposal, "Add scikit-learn instead")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"], timeout=SLOW)
    assert own.read_bytes() == before


def test_what_was_typed_wrong_is_corrected_by_a_button(lab: Lab, own: Path) -> None:
    """What is typed stays in the field, and follows the button that was chosen."""
    before = own.read_bytes()
    project = own.parent / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n')
    lab.open(own.name)
    lab.shows("ready")
    panel = lab.show_panel()
    field = panel.get_by_label("Packages to add")
    proposal = panel.locator(".jp-nbenv-Proposal")

    field.fill("scikit-learn>=1 scikit-learn<1")
    lab.page.keyboard.press("Enter")
    expect(proposal.get_by_role("alert")).to_contain_text("exclude each other", timeout=SLOW)
    lab.press(proposal, "Leave out scikit-learn<1")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"], timeout=SLOW)
    expect(field).to_have_value("scikit-learn>=1")

    field.fill("./projekt")
    lab.page.keyboard.press("Enter")
    lab.press(proposal, "Add ./project instead")
    expect(proposal.locator("li")).to_have_text(["mine ./project"], timeout=SLOW)

    field.fill("scikit-learn==9")
    lab.page.keyboard.press("Enter")
    lab.press(proposal, "Add scikit-learn==1.0 instead")
    expect(proposal.locator("li")).to_have_text(["scikit-learn 1.0"], timeout=SLOW)

    field.fill("scikit-learn 1.0")
    lab.page.keyboard.press("Enter")
    lab.press(panel, "Write scikit-learn==1.0")
    expect(field).to_have_value("scikit-learn==1.0")
    expect(field).to_be_focused()
    assert own.read_bytes() == before
