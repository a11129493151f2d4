//! Desks as types, for `Staff<desk::Sales>`: which roles a page admits is written where the page is.

use crate::identity::Role;

/// A desk: whom it admits.
pub trait Sits: 'static {
    /// Whom the desk is for, to complete "This page is for ...".
    const WHOM: &'static str;
    /// Whether somebody with these roles may sit here.
    fn admits(roles: &[Role]) -> bool;
}

/// Declares desks.
macro_rules! desks {
    ($($(#[$doc:meta])* $name:ident($whom:literal, $roles:pat);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}
        impl Sits for $name {
            const WHOM: &'static str = $whom;
            fn admits(roles: &[Role]) -> bool {
                roles.iter().any(|role| matches!(role, $roles))
            }
        }
    )*};
}

desks! {
    /// Adds and removes staff.
    Admin("administrators", Role::Admin);
    /// Confirms what they issued, and reads beside it.
    Auditor("auditors", Role::Auditor);
    /// Every member of staff.
    AnyStaff("staff", _);
    /// Publishes reports.
    Compliance("the compliance desk", Role::Compliance);
    /// Sees whether the log is whole: whoever reads it, and administrators, who are told when it is not.
    IntegrityReader("the security desk, auditors and administrators", Role::Security | Role::Auditor | Role::Admin);
    /// Sees the keys and shreds what they seal.
    KeyKeeper("the security desk and administrators", Role::Security | Role::Admin);
    /// Reads the log: security, and auditors.
    LogReader("the security desk and auditors", Role::Security | Role::Auditor);
    /// Recalls what should not have left.
    Recaller("the security and compliance desks", Role::Security | Role::Compliance);
    /// Reads who holds what.
    RegisterReader("the security and compliance desks and auditors", Role::Security | Role::Compliance | Role::Auditor);
    /// Decides requests.
    Sales("the sales desk", Role::Sales);
    /// Audits the log and acts on what it shows.
    Security("the security desk", Role::Security);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_of_roles_and_desks() {
        let row = |role: Role| {
            let roles = [role];
            [
                Admin::admits(&roles),
                Auditor::admits(&roles),
                AnyStaff::admits(&roles),
                Compliance::admits(&roles),
                IntegrityReader::admits(&roles),
                KeyKeeper::admits(&roles),
                LogReader::admits(&roles),
                Recaller::admits(&roles),
                RegisterReader::admits(&roles),
                Sales::admits(&roles),
                Security::admits(&roles),
            ]
        };
        assert_eq!(
            row(Role::Admin),
            [true, false, true, false, true, true, false, false, false, false, false]
        );
        assert_eq!(
            row(Role::Auditor),
            [false, true, true, false, true, false, true, false, true, false, false]
        );
        assert_eq!(
            row(Role::Compliance),
            [false, false, true, true, false, false, false, true, true, false, false]
        );
        assert_eq!(
            row(Role::Sales),
            [false, false, true, false, false, false, false, false, false, true, false]
        );
        assert_eq!(
            row(Role::Security),
            [false, false, true, false, true, true, true, true, true, false, true]
        );
        assert!(!AnyStaff::admits(&[]));
    }
}
