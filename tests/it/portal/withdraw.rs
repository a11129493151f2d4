//! Withdrawing from the NDA: what rests on it ends, the evidence stays, and a new acceptance begins anew.

use super::{entries, form, is_stranger, recipient, signs};
use crate::sales::desk::in_offices;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::notices::letter::LetterKind;
use candor::release::{Deny, Refused, Step};

#[test]
fn whoever_withdraws_ends_their_access_and_keeps_the_certificate() {
    in_offices(|office| {
        office.house.add_staff("Vera", Role::Sales);
        office.invites("Ada First");
        let address = "ada.first@meridian-bank.example";
        let mut ada = recipient(office, address);
        let grant = office.grants_of(address).remove(0);
        assert!(office.opens_room(&grant).is_ok());
        let access = ada.get("/access");
        let link = access.links().into_iter().find(|link| link.ends_with("/withdraw")).unwrap();
        let page = ada.get(&link);
        assert!(page.words().contains("Your access to 1 report ends at once."), "{}", page.words());
        let sent = ada.submit(&page, &form(&page, &link));
        let access = ada.follow(&sent);
        assert!(access.words().contains("You have withdrawn from the NDA."), "{}", access.words());
        assert!(access.words().contains("withdrawn 21 November 2026"), "{}", access.words());
        assert!(!access.links().contains(&link), "nothing is left to withdraw from");
        assert!(matches!(office.opens_room(&grant), Err(Refused::Denied(Deny::Revoked))));
        let withdrawn = entries(office, EventKind::NdaWithdrawn).remove(0);
        let accepted = entries(office, EventKind::NdaAccepted).remove(0);
        assert_eq!(withdrawn.leaf.acceptance, accepted.leaf.acceptance);
        assert_eq!(withdrawn.leaf.facts["grants_ended"].to_string(), "1");
        let revoked = entries(office, EventKind::GrantRevoked).remove(0);
        assert_eq!(revoked.leaf.facts["why"].to_string(), "nda_withdrawn");
        let letter = office.letters(LetterKind::NdaWithdrawn, address).remove(0);
        assert!(letter.text.contains("Your access to 1 report has ended."), "{}", letter.text);
        // Sales is told who it was, what ended, and what that means; after an erasure the letter names nobody.
        let told = office.letters(LetterKind::NdaWithdrawnSales, "vera@house.example").remove(0);
        assert_eq!(told.subject, "Withdrawn from the NDA: Ada First, Meridian Bank");
        let copy = format!("version 1, copy {}", grant.copy);
        for said in [copy.as_str(), "They can ask for one, or you invite them", "/sales/grants?view=revoked"]
        {
            let said_in_html = said.replace('=', "&#x3D;");
            assert!(told.text.to_lowercase().contains(&said.to_lowercase()), "{said}: {}", told.text);
            let html = told.html.to_lowercase();
            assert!(
                html.contains(&said.to_lowercase()) || html.contains(&said_in_html.to_lowercase()),
                "{html}"
            );
        }
        assert!(LetterKind::NdaWithdrawnSales.names_others());
        let certificate = link.trim_end_matches("/withdraw");
        assert_eq!(ada.get(certificate).status, 200, "the evidence stays");
        let again = ada.submit(&page, &form(&page, &link));
        assert!(ada.follow(&again).words().contains("There is nothing to withdraw from"));
        assert_eq!(entries(office, EventKind::NdaWithdrawn).len(), 1);
    });
}

#[test]
fn a_grant_given_afterwards_opens_only_after_another_acceptance() {
    in_offices(|office| {
        office.invites("Ada First");
        let address = "ada.first@meridian-bank.example";
        let mut ada = recipient(office, address);
        let link = ada.get("/access").links().into_iter().find(|link| link.ends_with("/withdraw")).unwrap();
        let page = ada.get(&link);
        assert_eq!(ada.submit(&page, &form(&page, &link)).status, 303);
        office.house.advance_secs(60);
        office.invites("Ada First");
        let grant = office.grants_of(address).remove(0);
        let Err(Refused::Missing(steps)) = office.opens_room(&grant) else { panic!("it opened") };
        assert_eq!(steps, [Step::AcceptNda]);
        assert!(ada.get("/access").words().contains("Read and accept the NDA"));
        let page = ada.get("/nda");
        assert_eq!(signs(&mut ada, &page).status, 303);
        assert!(office.opens_room(&grant).is_ok());
    });
}

#[test]
fn nobody_withdraws_for_somebody_else() {
    in_offices(|office| {
        office.invites("Ada First");
        office.invites("Ben Second");
        let mut ada = recipient(office, "ada.first@meridian-bank.example");
        let link = ada.get("/access").links().into_iter().find(|link| link.ends_with("/withdraw")).unwrap();
        let mut ben = recipient(office, "ben.second@meridian-bank.example");
        assert_eq!(ben.get(&link).status, 404);
        let token = super::csrf(&mut ben);
        assert_eq!(ben.post_form(&link, &[("csrf", &token)]).status, 303);
        assert!(entries(office, EventKind::NdaWithdrawn).is_empty());
        let mut stranger = office.house.visitor();
        assert_eq!(stranger.get(&link).status, 303);
        assert!(is_stranger(&mut stranger));
    });
}
