//! Companies: ours, as the trust page shows it, and how an address's domain stands to it.
//!
//! Promises: a free-mail domain never counts as a company; our own domain is recognised below its subdomains too; a
//! look-alike of a known domain is named to whoever decides.

pub mod acts;
pub mod public;
pub mod store;

use crate::config;
use crate::text::{CompanyName, Domain, EmailAddress, LongText};

/// The hosting company, public.
#[derive(Clone, Debug)]
pub struct Company {
    /// Its name.
    pub name: CompanyName,
    /// Whom prospects may write to.
    pub contact: EmailAddress,
    /// Its own domain: nobody from there may be granted a report by a colleague.
    pub domain: Domain,
    /// What it commits to, in its own words.
    pub statement: LongText,
}

/// How the domain of an address stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A company's own domain, as far as can be told.
    Company,
    /// A mail provider where anybody gets an address.
    FreeMail,
    /// One edit or a look-alike letter away from a known domain: a person must look twice.
    LooksLike(Domain),
    /// The hosting company's own.
    Own,
}

impl Standing {
    /// What whoever decides must know, in a sentence; `None` when there is nothing to say.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Company => None,
            Self::FreeMail => Some(
                "A free-mail address: anybody can have one. Approving it needs a written reason.".to_owned(),
            ),
            Self::LooksLike(twin) => {
                Some(format!("The domain looks like {twin}, but is another one. Look twice."))
            }
            Self::Own => Some("An address of your own company: it cannot be granted anything.".to_owned()),
        }
    }
}

/// Judges a domain against our own and others that are known.
pub fn standing(domain: &Domain, own: Option<&Domain>, known: &[Domain]) -> Standing {
    if own.is_some_and(|own| domain.is_within(own)) {
        return Standing::Own;
    }
    if config::is_free_mail(domain) {
        return Standing::FreeMail;
    }
    let twin = own.into_iter().chain(known).find(|other| *other != domain && looks_like(domain, other));
    twin.map_or(Standing::Company, |twin| Standing::LooksLike(twin.clone()))
}

/// Whether two domains could be taken for each other: equal after folding look-alike letters, or one edit apart.
fn looks_like(a: &Domain, b: &Domain) -> bool {
    let (a, b) = (fold(a.as_str()), fold(b.as_str()));
    a == b || (a.len().min(b.len()) >= 6 && one_edit(&a, &b))
}

/// Folds letters that look alike: `rn` is `m`, `0` is `o`, `1` and `i` are `l`, `vv` is `w`; hyphens vanish.
fn fold(text: &str) -> Vec<char> {
    let text = text.replace("rn", "m").replace("vv", "w").replace('-', "");
    let letter = |c| match c {
        '0' => 'o',
        '1' | 'i' => 'l',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// Whether one insertion, deletion, replacement or swap of neighbours turns `a` into `b`.
fn one_edit(a: &[char], b: &[char]) -> bool {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let tail = tail.min(a.len().min(b.len()) - head);
    let middle = |text: &[char]| text.get(head..text.len() - tail).map(<[char]>::to_vec).unwrap_or_default();
    match (middle(a).as_slice(), middle(b).as_slice()) {
        ([] | [_], [_]) | ([_], []) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A domain.
    fn domain(text: &str) -> Domain {
        Domain::parse(text).unwrap()
    }

    #[test]
    fn a_domain_stands_as_own_free_alike_or_company() {
        let own = domain("halvorsen.example");
        let known = [domain("meridian-bank.example")];
        let judge = |text| standing(&domain(text), Some(&own), &known);
        assert_eq!(judge("eu.halvorsen.example"), Standing::Own);
        assert_eq!(judge("gmail.com"), Standing::FreeMail);
        assert_eq!(judge("acme.example"), Standing::Company);
        for twin in [
            "meridlan-bank.example",
            "meridianbank.example",
            "rneridian-bank.example",
            "meridain-bank.example",
            "meridian-banks.example",
        ] {
            assert_eq!(judge(twin), Standing::LooksLike(known[0].clone()), "{twin}");
        }
        assert_eq!(judge("meridian-bank.example"), Standing::Company);
    }
}
