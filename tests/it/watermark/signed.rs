//! Signed PDFs, made with `openssl` as signing programs make them; and such as nobody should believe.

use super::made::{SQUARE, pdf, stream};
use candor::clock::Clock;
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;

/// Bytes kept free for a signature.
const ROOM: usize = 4_096;

/// Somebody with a key and a certificate, both in a folder under `target`.
pub(crate) struct Signer {
    folder: PathBuf,
}

impl Signer {
    /// Somebody of this name with a new key; `key` is what `openssl req` is told about it.
    pub(crate) fn new(name: &str, key: &[&str]) -> Self {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("signer-{}", Clock::system().uuid()));
        std::fs::create_dir(&folder).unwrap();
        let signer = Self { folder };
        let subject = format!("/CN={name}/O=Fennimore Quill LLP");
        let made = [
            "req", "-x509", "-sha256", "-nodes", "-days", "365", "-subj", &subject, "-keyout", "key", "-out",
            "cert",
        ];
        signer.openssl(&[&made[..], key].concat());
        signer
    }
    /// With an RSA key.
    pub(crate) fn rsa() -> Self {
        Self::new("Jane Quill", &["-newkey", "rsa:2048"])
    }
    /// With a key on the curve P-256.
    pub(crate) fn ec() -> Self {
        Self::new("Jane Quill", &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
    }
    /// Runs `openssl` in the folder.
    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    /// A detached signature over bytes; `how` is what `openssl cms` is told besides.
    pub(crate) fn signs(&self, bytes: &[u8], how: &[&str]) -> Vec<u8> {
        std::fs::write(self.folder.join("data"), bytes).unwrap();
        let fixed = [
            "cms", "-sign", "-binary", "-in", "data", "-signer", "cert", "-inkey", "key", "-outform", "DER",
            "-out", "cms",
        ];
        self.openssl(&[&fixed[..], how].concat());
        std::fs::read(self.folder.join("cms")).unwrap()
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A file on its way to be signed.
pub(crate) struct Draft {
    pub(crate) bytes: Vec<u8>,
    /// Where the signature goes, with its brackets.
    pub(crate) gap: Range<usize>,
}

impl Draft {
    /// A page with a field for a signature of this form; `behind` is what the signature's dictionary says after it.
    pub(crate) fn new(form: &str, behind: &str) -> Self {
        let signature = format!(
            "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/{form}/M(D:20191231235959Z)\
             /ByteRange[0 AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC]/Contents<{}>{behind}>>",
            "00".repeat(ROOM)
        );
        let objects = [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>>>".to_vec(),
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R/Annots[5 0 R]>>".to_vec(),
            stream("", SQUARE),
            b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/P 3 0 R/T(Signature)/FT/Sig/V 6 0 R>>".to_vec(),
            signature.into_bytes(),
        ];
        let bytes = pdf(&objects);
        let start = place(&bytes, b"/Contents<") + "/Contents".len();
        let gap = start..start + 2 * ROOM + 2;
        let mut draft = Self { bytes, gap };
        let (gap, end) = (draft.gap.clone(), draft.bytes.len());
        draft.says([0, gap.start, gap.end, end - gap.end]);
        draft
    }
    /// Writes these numbers as the byte range.
    pub(crate) fn says(&mut self, [_, length, second, rest]: [usize; 4]) {
        let at = place(&self.bytes, b"/ByteRange[0 ") + "/ByteRange[0 ".len();
        let text = format!("{length:010} {second:010} {rest:010}");
        self.bytes[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
    /// All bytes without what lies in this range: what is to be signed.
    pub(crate) fn without(&self, gap: &Range<usize>) -> Vec<u8> {
        [&self.bytes[..gap.start], &self.bytes[gap.end..]].concat()
    }
    /// The file with this signature in its place.
    pub(crate) fn with(mut self, contents: &[u8]) -> Vec<u8> {
        assert!(contents.len() <= ROOM, "{} bytes", contents.len());
        let hex = candor::text::hex(contents);
        self.bytes[self.gap.start + 1..][..hex.len()].copy_from_slice(hex.as_bytes());
        self.bytes
    }
}

/// Where these bytes begin in those.
pub(crate) fn place(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// A file signed by somebody; `how` is what `openssl cms` is told besides.
pub(crate) fn signed(signer: &Signer, how: &[&str]) -> Vec<u8> {
    let draft = Draft::new("adbe.pkcs7.detached", "");
    let contents = signer.signs(&draft.without(&draft.gap), how);
    draft.with(&contents)
}

/// A file signed with Ed25519, which `openssl cms` cannot do before version 3.2: put together here.
pub(crate) fn signed_by_ed25519(signer: &Signer) -> Vec<u8> {
    let draft = Draft::new("adbe.pkcs7.detached", "");
    std::fs::write(signer.folder.join("data"), draft.without(&draft.gap)).unwrap();
    signer.openssl(&["pkeyutl", "-sign", "-rawin", "-in", "data", "-inkey", "key", "-out", "signature"]);
    signer.openssl(&["x509", "-in", "cert", "-outform", "DER", "-out", "cert.der"]);
    let read = |name: &str| std::fs::read(signer.folder.join(name)).unwrap();
    let (certificate, signature) = (read("cert.der"), read("signature"));
    let key_number = place(&certificate, &[0x55, 0x1D, 0x0E, 0x04, 0x16, 0x04, 0x14]) + 7;
    let sha512 = der(0x30, &[&[6, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03]]);
    let pkcs7 = |kind: u8| vec![6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, kind];
    let who = der(0x80, &[&certificate[key_number..key_number + 20]]);
    let ed25519 = [0x30, 5, 6, 3, 0x2B, 0x65, 0x70];
    let one = der(0x30, &[&[2, 1, 3], &who, &sha512, &ed25519, &der(4, &[&signature])]);
    let data = der(
        0x30,
        &[
            &[2, 1, 3],
            &der(0x31, &[&sha512]),
            &der(0x30, &[&pkcs7(1)]),
            &der(0xA0, &[&certificate]),
            &der(0x31, &[&one]),
        ],
    );
    draft.with(&der(0x30, &[&pkcs7(2), &der(0xA0, &[&data])]))
}

/// An element with these parts.
fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82, high, low], &content[..]].concat()
}

/// A signed file with a revision appended that shows the page in another size.
pub(crate) fn appended(mut file: Vec<u8>) -> Vec<u8> {
    let before = place(&file, b"startxref\n") + "startxref\n".len();
    let before: usize = String::from_utf8_lossy(&file[before..]).lines().next().unwrap().parse().unwrap();
    let object = file.len();
    file.extend_from_slice(
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Annots[5 0 R]>>\nendobj\n",
    );
    let table = file.len();
    let text = format!(
        "xref\n3 1\n{object:010} 00000 n \ntrailer\n<</Size 7/Root 1 0 R/Prev {before}>>\nstartxref\n{table}\n%%EOF\n"
    );
    file.extend_from_slice(text.as_bytes());
    file
}
