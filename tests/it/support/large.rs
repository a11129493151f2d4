//! A report of several megabytes that nothing makes smaller: a page with a small picture of many random points.

/// Points on a side of the picture.
const SIDE: usize = 1_700;

/// Bytes without a pattern, always the same.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |state: &mut u64| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()
    };
    let mut bytes = Vec::with_capacity(count + 4);
    while bytes.len() < count {
        bytes.extend_from_slice(&next(&mut state)[..4]);
    }
    bytes.truncate(count);
    bytes
}

/// A stream with these entries in its dictionary.
fn stream(entries: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<< {entries} /Length {} >>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// The file, more than eight megabytes: more than a connection takes that nobody reads from.
pub fn large_pdf() -> Vec<u8> {
    let page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
                /Resources << /Font << /F 5 0 R >> /XObject << /I 6 0 R >> >> >>";
    let content =
        b"BT /F 12 Tf 72 700 Td (A report with a picture.) Tj ET q 40 0 0 40 72 72 cm /I Do Q".as_slice();
    let image = format!(
        "/Type /XObject /Subtype /Image /Width {SIDE} /Height {SIDE} /ColorSpace /DeviceRGB /BitsPerComponent 8"
    );
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        page.as_bytes().to_vec(),
        stream("", content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_vec(),
        stream(&image, &noise(SIDE * SIDE * 3)),
    ];
    let (mut file, mut table) = (b"%PDF-1.7\n".to_vec(), Vec::new());
    for (number, object) in objects.iter().enumerate() {
        table.push(format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (size, at, table) = (objects.len() + 1, file.len(), table.concat());
    let end = format!(
        "xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n"
    );
    file.extend_from_slice(end.as_bytes());
    file
}
