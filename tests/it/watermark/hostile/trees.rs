//! Trees that are none: pages, bookmarks, names and structure that contain themselves, multiply or lie.

use super::set::{Due, Hostile, Page, catalog, marked, refused, swapped};
use crate::watermark::made::{SQUARE, pdf, stream};

/// A page tree with these nodes from 2 on.
fn tree(nodes: &[&str]) -> Vec<u8> {
    let mut objects = vec![b"<</Type/Catalog/Pages 2 0 R>>".to_vec()];
    objects.extend(nodes.iter().map(|node| node.as_bytes().to_vec()));
    pdf(&objects)
}

/// The same page so many times.
fn kids(count: usize) -> Vec<u8> {
    let kids = "3 0 R ".repeat(count);
    pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Kids[{kids}]/Count {count}>>").into_bytes(),
        b"<</Type/Page/MediaBox[0 0 300 400]/Contents 4 0 R>>".to_vec(),
        stream("", SQUARE),
    ])
}

/// Branches of three that lead to the same branch of three, and so on.
fn multiplying() -> Vec<u8> {
    let mut nodes = Vec::new();
    for level in 2..40 {
        nodes.push(format!("<</Type/Pages/Kids[{0} 0 R {0} 0 R {0} 0 R]>>", level + 1));
    }
    nodes.push("<</Type/Pages/Kids[]>>".to_owned());
    tree(&nodes.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The files.
pub(super) fn files() -> Vec<Hostile> {
    let leaf = "<</Type/Page/MediaBox[0 0 300 400]>>";
    vec![
        refused("300,000 kids that are one page", "too_many_pages", kids(300_000)),
        Hostile { name: "one page a hundred times", pdf: kids(100), due: Due::Marked(100) },
        refused("branches that multiply", "nesting", multiplying()),
        marked(
            "page tree in itself",
            tree(&["<</Type/Pages/Kids[2 0 R 3 0 R 4 0 R]>>", "<</Type/Pages/Kids[2 0 R 3 0 R]>>", leaf]),
        ),
        refused(
            "page tree of nothing but itself",
            "no_pages",
            tree(&["<</Type/Pages/Kids[2 0 R]/Count 1>>"]),
        ),
        refused("page tree without a page", "no_pages", tree(&["<</Type/Pages/Kids[]/Count 7>>"])),
        marked(
            "count of two thousand million",
            tree(&["<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", leaf]),
        ),
        marked("count negative", tree(&["<</Type/Pages/Kids[3 0 R]/Count -9>>", leaf])),
        marked("catalog among the kids", {
            tree(&[
                "<</Type/Pages/Kids[3 0 R 2 0 R]/Count 2>>",
                "<</Type/Page/MediaBox[0 0 9 9]/Parent 3 0 R>>",
            ])
        }),
        marked("catalog that is its own page tree", {
            swapped(Page::default().file(), "/Pages 2 0 R", "/Pages 1 0 R")
        }),
        marked("bookmarks in a ring", {
            catalog(
                "/Outlines 5 0 R",
                &["<</First 6 0 R/Last 6 0 R>>", "<</Title(x)/Next 6 0 R/First 5 0 R/Parent 6 0 R>>"],
            )
        }),
        marked(
            "names in a ring",
            catalog("/Names<</Dests 5 0 R>>", &["<</Kids[5 0 R 5 0 R]/Limits[(a)(b)]>>"]),
        ),
        marked("page labels in a ring", catalog("/PageLabels 5 0 R", &["<</Kids[5 0 R]/Nums[0 5 0 R]>>"])),
        marked("structure in a ring", {
            catalog(
                "/StructTreeRoot 5 0 R/MarkInfo<</Marked true>>",
                &["<</Type/StructTreeRoot/K 6 0 R>>", "<</S/P/P 6 0 R/K[6 0 R 5 0 R]>>"],
            )
        }),
        marked("layers in a ring", {
            catalog("/OCProperties 5 0 R", &["<</OCGs[5 0 R]/D<</Order[5 0 R[5 0 R]]>>/Configs[5 0 R]>>"])
        }),
    ]
}
