//! The templates of pages: one list, registered once, strict; a start fails when one is missing or malformed.

use crate::fault::Fault;
use handlebars::Handlebars;
use serde::Serialize;
use std::fmt;

/// Declares the list of pages: a variant each and the template's path without `.hbs`.
macro_rules! templates {
    ($($variant:ident = $name:literal,)+) => {
        /// A page's template. The one list: what is not here is not registered, and what is here must exist.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Template { $(#[doc = concat!("`", $name, "`")] $variant,)+ }

        impl Template {
            /// Every template, in the order of their paths.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// The path below `templates`, without `.hbs`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

templates! {
    ComplianceBoard = "compliance/board",
    ComplianceBridgeLetter = "compliance/bridge_letter",
    ComplianceChecklist = "compliance/checklist",
    ComplianceCompany = "compliance/company",
    ComplianceCorrection = "compliance/correction",
    ComplianceCoverNote = "compliance/cover_note",
    ComplianceEvidence = "compliance/evidence",
    ComplianceExceptionEdit = "compliance/exception_edit",
    ComplianceFinalize = "compliance/finalize",
    ComplianceImport = "compliance/import",
    ComplianceNda = "compliance/nda",
    ComplianceNdaPublish = "compliance/nda_publish",
    ComplianceNdaVersion = "compliance/nda_version",
    ComplianceOverview = "compliance/overview",
    CompliancePreview = "compliance/preview",
    CompliancePriority = "compliance/priority",
    CompliancePublic = "compliance/public",
    ComplianceRemediation = "compliance/remediation",
    ComplianceReport = "compliance/report",
    ComplianceReportFacts = "compliance/report_facts",
    ComplianceReports = "compliance/reports",
    ComplianceReview = "compliance/review",
    ComplianceUpload = "compliance/upload",
    ComplianceUploadResult = "compliance/upload_result",
    ComplianceWithdraw = "compliance/withdraw",
    DemoLetter = "demo/letter",
    DemoLetters = "demo/letters",
    Problem = "errors/problem",
    PortalAccess = "portal/access",
    PortalBridgeLetter = "portal/bridge_letter",
    PortalCertificate = "portal/certificate",
    PortalConfirm = "portal/confirm",
    PortalConfirmElsewhere = "portal/confirm_elsewhere",
    PortalNda = "portal/nda",
    PortalPage = "portal/page",
    PortalRecall = "portal/recall",
    PortalRequest = "portal/request",
    PortalRoom = "portal/room",
    PortalRoomPrint = "portal/room_print",
    PortalSignIn = "portal/sign_in",
    PortalSteps = "portal/steps",
    PortalSubscription = "portal/subscription",
    PortalToken = "portal/token",
    PortalTrust = "portal/trust",
    PortalVerify = "portal/verify",
    PortalWithdraw = "portal/withdraw",
    SalesGrant = "sales/grant",
    SalesGrants = "sales/grants",
    SalesInvite = "sales/invite",
    SalesQueue = "sales/queue",
    SalesRequest = "sales/request",
    SalesTalkTrack = "sales/talk_track",
    SecurityAuditor = "security/auditor",
    SecurityAuditorReports = "security/auditor_reports",
    SecurityBoard = "security/board",
    SecurityCopy = "security/copy",
    SecurityEntry = "security/entry",
    SecurityEvidence = "security/evidence",
    SecurityExports = "security/exports",
    SecurityHold = "security/hold",
    SecurityHolds = "security/holds",
    SecurityIntegrity = "security/integrity",
    SecurityKeys = "security/keys",
    SecurityLog = "security/log",
    SecurityOverview = "security/overview",
    SecurityPeople = "security/people",
    SecurityPerson = "security/person",
    SecurityRecall = "security/recall",
    SecurityRegister = "security/register",
    SecurityRetention = "security/retention",
    SecurityRules = "security/rules",
    SecurityShred = "security/shred",
    StaffEntries = "staff/entries",
    StaffLinks = "staff/links",
    StaffPeople = "staff/people",
    StaffSignIn = "staff/sign_in",
}

/// The files, in the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "templates"]
#[include = "*.hbs"]
#[exclude = "letters/*"]
struct Files;

/// The registered templates.
pub struct Pages(Handlebars<'static>);

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages")
    }
}

impl Pages {
    /// Registers every page of the list, the layout and the partials.
    ///
    /// # Errors
    /// When one is missing or malformed.
    pub fn load() -> Result<Self, Fault> {
        let mut pages = Handlebars::new();
        pages.set_strict_mode(true);
        // Otherwise the indentation of a call lands inside textareas.
        pages.set_prevent_indent(true);
        let shared = |name: &str| name == "layout.hbs" || name.starts_with("partials/");
        let partials: Vec<String> = Files::iter()
            .filter(|name| shared(name))
            .map(|name| name.trim_end_matches(".hbs").to_owned())
            .collect();
        let listed = Template::ALL.iter().map(|template| template.name().to_owned());
        for name in listed.chain(partials) {
            let file = Files::get(&format!("{name}.hbs"))
                .ok_or_else(|| Fault::new("a page's template is missing", name.clone()))?;
            let text = std::str::from_utf8(&file.data).map_err(|error| Fault::new("page template", error))?;
            pages
                .register_template_string(&name, text)
                .map_err(|error| Fault::new("page template", error))?;
        }
        Ok(Self(pages))
    }

    /// Renders a page. A name that the context lacks is an error, never an empty place.
    pub fn render(&self, template: Template, context: &impl Serialize) -> Result<String, Fault> {
        self.0.render(template.name(), context).map_err(|error| Fault::new("rendering a page", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_listed_once_and_every_listed_one_exists() {
        Pages::load().unwrap();
        let shared = |name: &str| name == "layout.hbs" || name.starts_with("partials/");
        let mut files: Vec<String> = Files::iter()
            .filter(|name| !shared(name))
            .map(|name| name.trim_end_matches(".hbs").to_owned())
            .collect();
        let mut listed: Vec<&str> = Template::ALL.iter().map(|template| template.name()).collect();
        files.sort();
        listed.sort_unstable();
        assert_eq!(files, listed);
    }

    #[test]
    fn no_page_writes_unescaped_text_and_forms_bring_their_token_first() {
        for name in Files::iter() {
            let file = Files::get(&name).unwrap();
            let text = String::from_utf8(file.data.into_owned()).unwrap();
            assert!(!text.contains("{{{") && !text.contains("{{&"), "{name} writes unescaped text");
            for form in text.split("<form ").skip(1) {
                let (head, rest) = form.split_once('>').unwrap();
                let first = rest.trim_start().starts_with("<input type=\"hidden\" name=\"csrf\" value=");
                assert!(
                    !head.contains("method=\"post\"") || first,
                    "a form of {name} does not begin with csrf"
                );
            }
        }
    }
}
