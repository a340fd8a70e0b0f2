"""Where what people write may come out: the table of `tests/plugin/test_marked_secrets.py`."""

from atagande_plugin.mail.render import RENDERERS

INVITATIONS = ("invitation", "series_invitation", "sip_invitation")
INVITED = ("mail:invitation", "mail:series_invitation", "answer", "feed")
SIP_INVITED = ("mail:sip_invitation", "answer", "feed")
#: The name that mails come from, and open pages are headed by.
EVERYWHERE = (
    *(f"{way}:{kind}" for way in ("mail", "link") for kind in RENDERERS),
    *("answer", "feed", "open"),
)

#: The mails about deviations: whose they are, and what was promised.
DEVIATIONS = ("mail:deviation_opened", "mail:digest")

#: The list of contact points: for anyone, and for the chief who is asked whether it is right.
PUBLIC_LIST = ("open", "link:contacts_confirm")

#: Column that people write in -> where it may come out. Nothing said: nowhere.
MAY: dict[str, tuple[str, ...]] = {
    "meeting.title": INVITED,
    "meeting.place": (*INVITED, *SIP_INVITED),
    "meeting.agenda": ("mail:invitation", "mail:series_invitation", "answer"),
    "meeting_series.title": INVITED,
    "meeting_series.place": INVITED,
    "meeting_series.agenda": ("mail:series_invitation", "answer"),
    "association.name": EVERYWHERE,
    "association.short_name": ("open", "feed"),
    "person.name": EVERYWHERE,
    "organisation.name": (
        *("mail:contacts_confirm", "mail:deviation_opened", "mail:time_poll"),
        *("mail:digest", "mail:ladder_letter"),
        "link:contacts_confirm",
        *("open", "answer"),
    ),
    "unit.name": (*DEVIATIONS, "mail:ladder_letter", "open", "answer"),
    "commitment.title": (*DEVIATIONS, "mail:ladder_letter"),
    # What the group writes to a party's management: what was promised, and what it decided.
    "commitment.text": ("mail:ladder_letter",),
    "ladder_decision.text": ("mail:digest", "mail:ladder_letter"),
    "ladder_letter.text": ("mail:ladder_letter",),
    "decision.note": ("mail:ladder_letter",),
    # Whom a link was made for: what that person has said, and how the page speaks of them.
    "invitation.stand_in": ("answer",),
    "person.title": ("answer",),
    "meeting_material.title": ("answer",),
    "meeting_material.link": ("answer",),
    # Comes back to who typed it, as the page to go to after signing in.
    "typed in an address": ("header Location",),
    "contact_entry.function": PUBLIC_LIST,
    "contact_entry.purpose": PUBLIC_LIST,
    "contact_entry.phone": PUBLIC_LIST,
    "contact_entry.address": PUBLIC_LIST,
    "contact_entry.hours": PUBLIC_LIST,
    **dict.fromkeys(
        (
            "agenda_item.text",
            "agenda_item.title",
            "agreement.source",
            "agreement.steering_name",
            "agreement.target_group",
            "agreement.target_group_en",
            "agreement.title",
            "annex.title",
            "annex.title_en",
            "api_token.label",
            "association.address",
            "certificate_statement.text",
            "commitment.obliged",
            "commitment.paragraph",
            "commitment.rule_text",
            "commitment.rule_text_en",
            "commitment.text_en",
            "commitment.title_en",
            "competence_import.content",
            "competence_name.name",
            "decision.diary_number",
            "decision.paragraph",
            "deviation_step.text",
            "dissent.text",
            "document_update.paragraph",
            "document_update.title",
            "document_update.title_en",
            "document_version.link",
            "document_version.text",
            "document_version.title",
            "document_version.title_en",
            "enquiry.reference",
            "governing_document.issuer",
            "governing_document.link",
            "governing_document.title",
            "invitation_answer.stand_in",
            "letter_revision.body",
            "letter_revision.name",
            "lifted_issue.text",
            "minutes.agenda",
            "minutes.content",
            "minutes.diary_number",
            "minutes.fixed_function",
            "minutes.reason",
            "minutes_note.text",
            "measure.done_text",
            "measure.text",
            "organisation.short_name",
            "parameter.label",
            "parameter.label_en",
            "parameter.proposal",
            "party_name.name",
            "party_name.name_before",
            "party_name.short_name",
            "party_name.short_name_before",
            "preparatory_service.contact",
            "preparatory_service.name",
            "preparatory_service.place",
            "preparatory_service.purpose",
            "published_calendar.address",
            "referral.reference",
            "report.diary_number",
            "section.missing",
            "section.missing_en",
            "section.title",
            "section.title_en",
            "self_report.comment",
            "sip.reference",
            "succession.decision",
            "unit.address",
            "unit.short_name",
        ),
        (),
    ),
}
#: What the service writes itself of a SIP stands in the columns that people fill for others.
ONLY = {"meeting.title": "kind <> 'sip'", "meeting.agenda": "kind <> 'sip'"}

#: Keys, codes, addresses and hashes: the service makes them, or they have a form of their own.
NO_FREE_TEXT = {
    "retention_hold.kind retention_rule.kind retention_run.kind retention_seal.rule",
    "agreement.key agreement_version.digest annex.key api_token.secret_hash association.key",
    "audit_entry.action audit_entry.actor audit_entry.changes audit_entry.hash",
    "audit_entry.object_type audit_head.hash calendar_feed.nonce certificate_report.term",
    "certificate_statement.term commitment.key commitment.reporter commitment.rule",
    "commitment.subject competence_report.subject contact_entry.email",
    "document_update.document document_version.document evidence.source",
    "governing_clause.commitment handled_request.content_type handled_request.fingerprint",
    "handled_request.key handled_request.location handled_request.scope inbound_message.digest",
    "inbound_message.method inbound_message.reason inbound_message.sender invitation.email",
    "invitation.nonce invitation.significance invitation.wording invitation_answer.given_by",
    "digest_item.thing ladder_letter.facts",
    "job_lease.name job_lease.owner job_run.job job_run.result job_run.summary",
    "letter_template.key login_link.nonce login_session.secret_hash mailbox_position.mailbox",
    "meeting.uid meeting_material.document meeting_series.rrule meeting_series.uid",
    "meeting_series_told.significance meeting_series_told.wording",
    "occurrence.origin occurrence.outcome occurrence.trained organisation.email organisation.key",
    "outbox_message.bounce_code outbox_message.kind outbox_message.language",
    "outbox_message.last_error outbox_message.lease outbox_message.payload",
    "outbox_message.recipient outbox_message.subject_type outbox_message.unique_key",
    "parameter.key parameter_decision.value person.email person.language poll_person.nonce",
    "report.data report.fault report.held_by report.language report.title report_file.sha256",
    "published_calendar.etag published_calendar.last_error section.key self_report.term",
    "published_figure.known published_figure.measure published_figure.published_with",
    "published_figure.sex minutes.digest minutes_note.item",
    "sign_in_attempt.who unit.email unit.key",
}
CLOSED = {name for line in NO_FREE_TEXT for name in line.split()}
