//! What strangers are told about a report: what was chosen, and nothing that was not.

use crate::reports::desk::{card, facts};
use crate::sales::desk::{Office, act, in_offices};
use crate::support::forms::Form;
use crate::support::visitor::{Page, Visitor};
use candor::accounts::public::PublicFact;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::ledger::store::{self as log, Filter};
use candor::reports::acts::NewReport;
use candor::reports::{self, Card, Facts, Opinion, Period};
use candor::text::{Day, Paragraphs, Slug};
use diesel::connection::SimpleConnection as _;

/// Where it is chosen.
const HERE: &str = "/compliance/company/public";

/// What stands on a public page if, and only if, a fact is told of the office's two reports.
const TRACES: [(PublicFact, &[&str]); 7] = [
    (PublicFact::Exceptions, &["Exceptions stated"]),
    (PublicFact::Issued, &["17 October 2031", "2031-10-17", "Date of the report"]),
    (PublicFact::Mended, &["Exceptions mended"]),
    (PublicFact::NextExpected, &["5 May 2033", "2033-05-05", "Next report expected"]),
    (PublicFact::Opinion, &["Qualified opinion", "Unqualified opinion", "qualified"]),
    (
        PublicFact::Period,
        &["3 March 2030", "4 April 2031", "2031-04-04", "Observation period", "Fresh", "Current"],
    ),
    (PublicFact::Verified, &["Mended and verified"]),
];

/// A day.
fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// Offers a second report, whose every public fact can be told from all others.
fn offers(office: &Office) {
    let card = Card {
        period: Period::between(day("2030-03-03"), day("2031-04-04")).unwrap(),
        report_date: Some(day("2031-10-17")),
        next_expected: Some(day("2033-05-05")),
        opinion: Opinion::Qualified,
        explanation: Some(Paragraphs::parse("SECRETWHY one criterion was not met.").unwrap()),
        ..card()
    };
    let facts = Facts { except_for: Some(Paragraphs::parse("SECRETMATTER access.").unwrap()), ..facts() };
    let (house, by) = (office.house.app().house.clone(), office.officer);
    let new = NewReport { slug: Slug::parse("second").unwrap(), card, facts };
    let own = house.clone();
    let id = act(&office.house, "report.create", move |act| reports::acts::create(act, &own, by, new)).id;
    let file = crate::sales::report::file(&house.clock);
    act(&office.house, "report.upload", move |act| reports::acts::attach_upload(act, by, id, &file));
    act(&office.house, "report.finalize", move |act| candor::exceptions::acts::finalize(act, &house, by, id));
}

/// Chooses just these; what is shown first is answered.
fn looks_at(officer: &mut Visitor, chosen: &[PublicFact]) -> Page {
    let page = officer.get(HERE);
    let csrf = page.form(HERE).value("csrf").unwrap().to_owned();
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(chosen.iter().map(|fact| ("shown", fact.as_str())));
    officer.post_form(HERE, &fields)
}

/// Answers the question below it.
fn is_sure(officer: &mut Visitor, asked: &Page) -> Page {
    let form = Form::all(&asked.html()).into_iter().find(|form| form.value("sure") == Some("yes")).unwrap();
    officer.submit(asked, &form)
}

/// Whether a page holds traces of just these facts.
fn tells_just(page: &Page, chosen: &[PublicFact]) {
    assert_eq!(page.status, 200);
    for (fact, traces) in TRACES {
        let found: Vec<_> = traces.iter().filter(|trace| page.html().contains(**trace)).collect();
        assert_eq!(
            !found.is_empty(),
            chosen.contains(&fact),
            "{}: {fact}: {found:?}: {}",
            page.path,
            page.words()
        );
    }
}

#[test]
fn strangers_are_told_what_was_chosen_and_nothing_else() {
    in_offices(|office| {
        offers(office);
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let mut stranger = office.house.visitor();
        let usual = [PublicFact::NextExpected, PublicFact::Opinion, PublicFact::Period];
        tells_just(&stranger.get("/"), &usual);
        let mut choices: Vec<Vec<PublicFact>> = PublicFact::ALL.iter().map(|fact| vec![*fact]).collect();
        choices.extend([Vec::new(), PublicFact::ALL.to_vec()]);
        for chosen in choices {
            let before = stranger.get("/").html();
            let asked = looks_at(&mut officer, &chosen);
            assert!(asked.words().contains("Show just this?"), "{}", asked.words());
            assert_eq!(stranger.get("/").html(), before, "looking publishes nothing");
            let done = is_sure(&mut officer, &asked);
            assert!(officer.follow(&done).words().contains("The trust page shows just this from now on."));
            tells_just(&stranger.get("/"), &chosen);
            tells_just(&stranger.get("/?q=SOC"), &chosen);
            let request = stranger.get("/request");
            let has_period = request.html().contains("3 March 2030");
            assert_eq!(has_period, chosen.contains(&PublicFact::Period), "{chosen:?}: {}", request.words());
        }
        let words = stranger.get("/").words();
        for said in ["Exceptions stated 2", "Exceptions mended 1", "Mended and verified 0"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!stranger.get("/").html().contains("SECRET"));
    });
}

#[test]
fn each_choice_is_an_entry_and_the_same_choice_again_is_none() {
    in_offices(|office| {
        let mut officer = office.house.staff("Tobias", Role::Compliance);
        let asked = looks_at(&mut officer, &[PublicFact::Opinion, PublicFact::Exceptions]);
        assert_eq!(office.entries(EventKind::CompanyPublicFactsChosen), 0);
        is_sure(&mut officer, &asked);
        // The same page sent again: what it asks for holds already.
        let again = is_sure(&mut officer, &asked);
        assert!(officer.follow(&again).words().contains("nothing was changed"));
        let filter = Filter { kind: Some(EventKind::CompanyPublicFactsChosen), ..Filter::default() };
        let entries = log::list(&mut office.house.app().database.read().unwrap(), &filter, 9).unwrap();
        assert_eq!(entries.len(), 1);
        let facts = &entries[0].leaf.facts;
        assert_eq!(facts["shown"].to_string(), "exceptions, opinion");
        assert_eq!(facts["before"].to_string(), "next_expected, opinion, period");
        assert!(
            !looks_at(&mut officer, &[PublicFact::Opinion, PublicFact::Exceptions])
                .words()
                .contains("Show just")
        );
        let mut db = office.house.app().database.connect().unwrap();
        for statement in ["UPDATE public_choice SET shown = '[]'", "DELETE FROM public_choice"] {
            assert!(db.batch_execute(statement).is_err(), "accepted: {statement}");
        }
        let mut seller = office.seller("Sara");
        assert_eq!(seller.get(HERE).status, 403);
        let csrf = seller.get("/staff").form("/sign-out").value("csrf").unwrap().to_owned();
        assert_eq!(seller.post_form(HERE, &[("csrf", &csrf), ("sure", "yes")]).status, 403);
    });
}
