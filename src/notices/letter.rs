//! Letters and their templates: a folder per kind with subject, text and html.

use crate::fault::Fault;
use crate::text::EmailAddress;
use crate::text_enum;
use handlebars::Handlebars;
use serde::{Deserialize, Serialize};
use std::fmt;

text_enum! {
    /// What a letter is about; also the name of its templates' folder.
    LetterKind {
        /// To those who guard the log: something is wrong with it.
        Alarm = "alarm",
        /// A request was approved.
        Approved = "approved",
        /// To an auditor: the log's checkpoint.
        Checkpoint = "checkpoint",
        /// The code that confirms an address.
        Code = "code",
        /// A request was denied.
        Denied = "denied",
        /// To a person who was erased: what was done, and what stays.
        Erased = "erased",
        /// To security: somebody asks to be forgotten.
        ErasureAsked = "erasure_asked",
        /// To a person whose wish to be forgotten was declined: why, and what they can do.
        ErasureDeclined = "erasure_declined",
        /// An invitation by sales.
        Invitation = "invitation",
        /// The NDA was accepted: the certificate.
        NdaAccepted = "nda_accepted",
        /// A person withdrew from an NDA text.
        NdaWithdrawn = "nda_withdrawn",
        /// To sales: somebody withdrew from the NDA.
        NdaWithdrawnSales = "nda_withdrawn_sales",
        /// To sales: a request waits.
        NewRequest = "new_request",
        /// To whoever answers for a remediation: its date is near or over.
        Reminder = "reminder",
        /// To a reader who asked for it: something changed about a report.
        ReportChanged = "report_changed",
        /// To whoever holds a recalled version and has not confirmed yet.
        RecallReminder = "recall_reminder",
        /// To whoever holds a recalled version.
        Recalled = "recalled",
        /// The request arrived, its address is confirmed.
        RequestReceived = "request_received",
        /// To whoever holds a report that was shredded here.
        Shredded = "shredded",
        /// To a reader: confirm that you want letters about changes.
        Subscribe = "subscribe",
        /// A newer version supersedes the one a person holds.
        Superseded = "superseded",
        /// To sales: who holds a superseded version.
        SupersededHolders = "superseded_holders",
        /// To security: a rule of unusual access has fired.
        Unusual = "unusual",
    }
}

impl LetterKind {
    /// Whether letters of this kind name somebody else than whom they are for: erasing that person looks through them.
    pub const fn names_others(self) -> bool {
        match self {
            // Whoever invites is on the staff, and may be forgotten once they are not any more.
            Self::Invitation
            | Self::NdaWithdrawnSales
            | Self::NewRequest
            | Self::SupersededHolders
            | Self::Unusual => true,
            Self::Alarm
            | Self::Approved
            | Self::Checkpoint
            | Self::Code
            | Self::Denied
            | Self::Erased
            | Self::ErasureAsked
            | Self::ErasureDeclined
            | Self::NdaAccepted
            | Self::NdaWithdrawn
            | Self::Recalled
            | Self::RecallReminder
            | Self::Reminder
            | Self::ReportChanged
            | Self::RequestReceived
            | Self::Shredded
            | Self::Subscribe
            | Self::Superseded => false,
        }
    }
}

/// The templates, in the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "templates/letters"]
#[include = "*.hbs"]
struct Templates;

/// Stands where the log's checkpoint will stand: it is signed only after the act was committed, so it is put in when
/// the letter leaves.
const CHECKPOINT: &str = "[checkpoint]";
/// Stands where the number of entries that the checkpoint covers will stand.
const CHECKPOINT_SIZE: &str = "[checkpoint size]";

/// A letter's context with the places of the checkpoint.
#[derive(Serialize)]
struct Sheet<'a, C> {
    #[serde(flatten)]
    context: &'a C,
    checkpoint: &'static str,
    checkpoint_size: &'static str,
}

/// A rendered letter.
#[derive(Clone, Serialize, Deserialize)]
pub struct Letter {
    /// What it is about.
    pub kind: LetterKind,
    /// To whom.
    pub to: EmailAddress,
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as simple HTML: no image, no tracking, one link.
    pub html: String,
    /// Where one click ends letters of this kind (RFC 8058), for those that can be ended.
    #[serde(default)]
    pub stop: Option<String>,
}

impl Letter {
    /// The same with the address where one click ends letters of its kind.
    #[must_use]
    pub fn with_stop(mut self, address: String) -> Self {
        self.stop = Some(address);
        self
    }
    /// The letter as it leaves: with the log's current checkpoint, a signed note.
    #[must_use]
    pub fn with_checkpoint(&self, note: &str) -> Self {
        let size = note.lines().nth(1).unwrap_or_default();
        let with = |text: &str, note: &str| text.replace(CHECKPOINT_SIZE, size).replace(CHECKPOINT, note);
        Self {
            text: with(&self.text, note),
            html: with(&self.html, &handlebars::html_escape(note)),
            ..self.clone()
        }
    }
}

impl Letter {
    /// The letter without these names; none when it has none of them. Names are found in any case, and as HTML has them.
    #[must_use]
    pub fn without(&self, names: &[String]) -> Option<Self> {
        let strike = |text: &str| {
            names.iter().fold(text.to_owned(), |text, name| {
                strike(&strike(&text, name), &handlebars::html_escape(name))
            })
        };
        let without = Self {
            subject: strike(&self.subject),
            text: strike(&self.text),
            html: strike(&self.html),
            ..self.clone()
        };
        let same = without.subject == self.subject && without.text == self.text && without.html == self.html;
        (!same).then_some(without)
    }
}

/// The text with every `name` in it struck out, in any case of its letters.
fn strike(text: &str, name: &str) -> String {
    let (mut rest, mut struck) = (text, String::new());
    while let Some((at, length)) = find_in_any_case(rest, name) {
        let (before, from) = rest.split_at(at);
        struck += before;
        struck += "(erased)";
        rest = from.get(length..).unwrap_or_default();
    }
    struck + rest
}

/// Where `name` begins in `text` in any case, and how many bytes it takes there.
fn find_in_any_case(text: &str, name: &str) -> Option<(usize, usize)> {
    if name.is_empty() {
        return None;
    }
    let wanted = name.to_lowercase();
    text.char_indices().find_map(|(at, _)| {
        let rest = text.get(at..)?;
        let mut lowered = String::new();
        for (offset, letter) in rest.char_indices() {
            if lowered.len() >= wanted.len() {
                return (lowered == wanted).then_some((at, offset));
            }
            lowered.extend(letter.to_lowercase());
            if !wanted.starts_with(&lowered) {
                return None;
            }
        }
        (lowered == wanted).then_some((at, rest.len()))
    })
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({})", self.kind)
    }
}

/// The letters' templates, checked to be complete.
pub struct Letters {
    html: Handlebars<'static>,
    plain: Handlebars<'static>,
}

impl fmt::Debug for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letters")
    }
}

impl Letters {
    /// Reads every letter's three templates; fails when one is missing or malformed.
    pub fn load() -> Result<Self, Fault> {
        let mut html = Handlebars::new();
        html.set_strict_mode(true);
        let mut plain = Handlebars::new();
        plain.set_strict_mode(true);
        plain.register_escape_fn(handlebars::no_escape);
        for kind in LetterKind::ALL {
            for part in ["subject", "text", "html"] {
                let registry = if part == "html" { &mut html } else { &mut plain };
                let name = format!("{kind}/{part}");
                let file = Templates::get(&format!("{name}.hbs"))
                    .ok_or(Fault::bare("a letter's template is missing"))?;
                let text =
                    std::str::from_utf8(&file.data).map_err(|error| Fault::new("letter template", error))?;
                registry
                    .register_template_string(&name, text)
                    .map_err(|error| Fault::new("letter template", error))?;
            }
        }
        Ok(Self { html, plain })
    }

    /// Renders a letter of `kind` from its own context.
    pub fn render(
        &self,
        kind: LetterKind,
        to: &EmailAddress,
        context: &impl Serialize,
    ) -> Result<Letter, Fault> {
        let context = &Sheet { context, checkpoint: CHECKPOINT, checkpoint_size: CHECKPOINT_SIZE };
        let part = |registry: &Handlebars<'static>, part: &str| {
            registry
                .render(&format!("{kind}/{part}"), context)
                .map_err(|error| Fault::new("rendering a letter", error))
        };
        // A line break in a subject would begin another header.
        let subject = part(&self.plain, "subject")?.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(Letter {
            kind,
            to: to.clone(),
            subject,
            text: part(&self.plain, "text")?,
            html: part(&self.html, "html")?,
            stop: None,
        })
    }
}
