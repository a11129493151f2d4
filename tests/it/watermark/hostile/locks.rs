//! Encryption that lies, and a little of it that does not.

use super::set::{Hostile, Page, marked, refused, with_table_stream};
use crate::watermark::made::pdf;

/// What passwords are filled up with.
const FILL: &[u8; 32] = b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";
/// The file's identifier.
const ID: &[u8; 16] = b"0123456789abcdef";

/// The whole part of 2^32 times the sine of a step.
fn sine(step: usize) -> u32 {
    let sine = f64::from(u32::try_from(step).unwrap() + 1).sin().abs() * 4_294_967_296.0;
    format!("{:.0}", sine.floor()).parse().unwrap()
}

/// MD5, which the oldest encryption of PDF is made of.
fn md5(data: &[u8]) -> [u8; 16] {
    const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut padded = data.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend_from_slice(&(u64::try_from(data.len()).unwrap() * 8).to_le_bytes());
    let mut state = [0x6745_2301_u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476];
    for block in padded.chunks(64) {
        let words: Vec<u32> =
            block.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for step in 0..64_usize {
            let (mixed, place) = match step / 16 {
                0 => ((b & c) | (!b & d), step),
                1 => ((d & b) | (!d & c), (5 * step + 1) % 16),
                2 => (b ^ c ^ d, (3 * step + 5) % 16),
                _ => (c ^ (b | !d), (7 * step) % 16),
            };
            let sum = a.wrapping_add(mixed).wrapping_add(sine(step)).wrapping_add(words[place]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(TURNS[step / 16][step % 4]));
        }
        for (sum, part) in state.iter_mut().zip([a, b, c, d]) {
            *sum = sum.wrapping_add(part);
        }
    }
    let bytes: Vec<u8> = state.iter().flat_map(|word| word.to_le_bytes()).collect();
    bytes.try_into().unwrap()
}

/// RC4.
fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_u8;
    for i in 0..256 {
        j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let mut next = || {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
    };
    data.iter().map(|byte| byte ^ next()).collect()
}

/// In hexadecimal.
fn hex(data: &[u8]) -> String {
    data.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A file whose streams are encrypted for the empty password, so that they open for everybody.
pub(super) fn encrypted(mut objects: Vec<Vec<u8>>, packed: &[(u32, u32, u8)]) -> Vec<u8> {
    let owner = [7; 32];
    let key = &md5(&[FILL, &owner[..], &(-4_i32).to_le_bytes(), ID].concat())[..5];
    for (number, object) in (1_u32..).zip(&mut objects) {
        let Some(start) = object.windows(8).position(|window| window == b"\nstream\n") else { continue };
        let (start, end) = (start + 8, object.len() - "\nendstream".len());
        let place = [key, &number.to_le_bytes()[..3], &[0, 0]].concat();
        let data = rc4(&md5(&place)[..10], &object[start..end]);
        object[start..end].copy_from_slice(&data);
    }
    let user = rc4(key, FILL);
    let lock = format!("<</Filter/Standard/V 1/R 2/P -4/O<{}>/U<{}>>>", hex(&owner), hex(&user));
    objects.push(lock.into_bytes());
    let entries = format!("/Encrypt {} 0 R/ID[<{1}><{1}>]", objects.len(), hex(ID));
    with_table_stream(&objects, packed, &entries, |rows| rows)
}

/// A page with this encryption dictionary.
fn locked(lock: &str) -> Vec<u8> {
    let objects = Page { more: vec![lock.as_bytes().to_vec()], ..Page::default() }.objects();
    let entries = format!("/Encrypt 5 0 R/ID[<{0}><{0}>]", hex(ID));
    with_table_stream(&objects, &[], &entries, |rows| rows)
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let zeros = "0".repeat(64);
    vec![
        marked("encrypted for everybody", encrypted(Page::default().objects(), &[])),
        refused(
            "encrypted for somebody",
            "password_needed",
            include_bytes!("../fixtures/user-password.pdf").to_vec(),
        ),
        refused(
            "encryption of version 99",
            "unsupported_encryption",
            locked("<</Filter/Standard/V 99/R 99/P -4/O()/U()>>"),
        ),
        refused("encryption without a name", "unsupported_encryption", locked("<</V 1/R 2>>")),
        refused(
            "encryption of somebody else's making",
            "unsupported_encryption",
            locked("<</Filter/Evil/V 1/R 2/P -4/O()/U()>>"),
        ),
        refused(
            "encryption by certificate",
            "unsupported_encryption",
            locked("<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s5/V 4/Recipients[()]>>"),
        ),
        refused(
            "key of 2^31 bits",
            "password_needed",
            locked(&format!("<</Filter/Standard/V 2/R 3/Length 2147483640/P -4/O<{zeros}>/U<{zeros}>>>")),
        ),
        refused(
            "key of negative length",
            "password_needed",
            locked(&format!("<</Filter/Standard/V 2/R 3/Length -8/P -4/O<{zeros}>/U<{zeros}>>>")),
        ),
        refused(
            "key without its checks",
            "unsupported_encryption",
            locked("<</Filter/Standard/V 5/R 6/Length 256/P -4/O()/U()/OE()/UE()/Perms()>>"),
        ),
        refused(
            "encryption that is its own filter",
            "password_needed",
            locked("<</Filter/Standard/V 4/R 4/CF<</A 5 0 R>>/StmF/A/StrF/A/P -4/O()/U()>>"),
        ),
        refused("encryption that is the table", "unsupported_encryption", {
            let objects = Page::default().objects();
            with_table_stream(&objects, &[], "/Encrypt 5 0 R", |rows| rows)
        }),
        marked("encryption that is not there", {
            let mut file = pdf(&Page::default().objects());
            file.truncate(file.len() - 6);
            file
        }),
    ]
}
