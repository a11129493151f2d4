//! A file of countries in the `MaxMind` DB format 2.0, written from its specification.

/// Bytes of zeros between tree and data.
const SEPARATOR: usize = 16;
/// What the metadata begin with.
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";

/// Where a record of the tree leads.
#[derive(Clone, Copy)]
enum Way {
    Nowhere,
    Node(usize),
    Data(usize),
}

/// The control byte of a type and size, and what follows it.
fn control(kind: u8, size: usize) -> Vec<u8> {
    let (first, more) = match size {
        0..29 => (u8::try_from(size).unwrap(), Vec::new()),
        29..285 => (29, vec![u8::try_from(size - 29).unwrap()]),
        _ => panic!("nothing here is as long as {size}"),
    };
    let mut bytes = if kind < 8 { vec![kind << 5 | first] } else { vec![first, kind - 7] };
    bytes.extend(more);
    bytes
}

/// A text.
fn text(text: &str) -> Vec<u8> {
    [control(2, text.len()), text.as_bytes().to_vec()].concat()
}

/// A number: of 16 bits (5), 32 (6) or 64 (9).
fn number(kind: u8, number: u64) -> Vec<u8> {
    let bytes: Vec<u8> = number.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    [control(kind, bytes.len()), bytes].concat()
}

/// A map.
fn map(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let entries = entries.iter().map(|(key, value)| [text(key), value.clone()].concat());
    [control(7, entries.len()), entries.collect::<Vec<_>>().concat()].concat()
}

/// A file that calls itself `kind`, was made `built` seconds after 1970, and gives each network (IPv4, bits) a country
/// (letters, name).
pub fn country_file(kind: &str, built: u64, networks: &[(&str, u32, &str, &str)]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[Way::Nowhere; 2]], Vec::new());
    for (address, bits, code, name) in networks {
        let address = u32::from(address.parse::<std::net::Ipv4Addr>().unwrap());
        let mut node = 0;
        for bit in 0..*bits {
            let side = usize::from(address >> (31 - bit) & 1 == 1);
            if bit + 1 == *bits {
                nodes[node][side] = Way::Data(data.len());
            } else if let Way::Node(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([Way::Nowhere; 2]);
                nodes[node][side] = Way::Node(nodes.len() - 1);
                node = nodes.len() - 1;
            }
        }
        let names = map(&[("en", text(name))]);
        data.extend(map(&[("country", map(&[("iso_code", text(code)), ("names", names)]))]));
    }
    let count = nodes.len();
    let record = |way: &Way| match way {
        Way::Nowhere => count,
        Way::Node(node) => *node,
        Way::Data(offset) => count + SEPARATOR + offset,
    };
    let tree = nodes.iter().flatten().flat_map(|way| {
        let [_, bytes @ ..] = u32::try_from(record(way)).unwrap().to_be_bytes();
        bytes
    });
    let metadata = map(&[
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, built)),
        ("database_type", text(kind)),
        ("description", map(&[("en", text("Countries of the tests"))])),
        ("ip_version", number(5, 4)),
        ("languages", [control(11, 1), text("en")].concat()),
        ("node_count", number(6, u64::try_from(count).unwrap())),
        ("record_size", number(5, 24)),
    ]);
    [tree.collect(), vec![0; SEPARATOR], data, MARKER.to_vec(), metadata].concat()
}
