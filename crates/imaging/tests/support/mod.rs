//! Shared by the tests: libpdfium, fixtures, and a look at rendered pixels.

use std::path::{Path, PathBuf};

/// What the set-up fetched. Tests of several packages include this file: the checkout is where the lock file is.
fn setup() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .unwrap()
        .join("target/setup")
}

/// libpdfium as set-up leaves it.
pub(crate) fn pdfium_path() -> PathBuf {
    let path = std::env::var_os("RELECTURE_PDFIUM").map_or_else(
        || {
            setup().join("pdfium").join(format!(
                "{}pdfium{}",
                std::env::consts::DLL_PREFIX,
                std::env::consts::DLL_SUFFIX
            ))
        },
        PathBuf::from,
    );
    assert!(
        path.is_file(),
        "libpdfium is missing: run `cargo xtask test`, which fetches it"
    );
    path
}

/// A file made by other software, named in `tests/fixtures/foreign.toml`.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = setup().join("fixtures").join(name);
    assert!(
        path.is_file(),
        "{name} is missing: run `cargo xtask test`, which fetches it"
    );
    std::fs::read(path).unwrap()
}

/// A file of a collection made by others, as `tests/fixtures/foreign.toml` names it.
pub(crate) fn of_corpus(archive: &str, path: &str) -> Vec<u8> {
    let path = setup().join("corpus").join(archive).join(path);
    assert!(
        path.is_file(),
        "{} is missing: run `cargo xtask test`, which fetches it",
        path.display()
    );
    std::fs::read(path).unwrap()
}

/// A PDF of one page: `media_box`, page content, and further numbered objects from 5 on, which the
/// page finds as `/F5`, `/F6`... Without a cross-reference table: readers rebuild it.
pub(crate) fn pdf(media_box: &str, content: &str, forms: &[String]) -> Vec<u8> {
    let names: String = (5..5 + forms.len())
        .map(|n| format!("/F{n} {n} 0 R "))
        .collect();
    let resources = format!("/Resources << /XObject << {names} >> >>");
    let mut pdf = format!(
        "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\
         2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n\
         3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox {media_box} {resources} /Contents 4 0 R >>\n\
         endobj\n4 0 obj\n<< /Length {} >>\nstream\n{content}\nendstream\nendobj\n",
        content.len()
    );
    for (number, form) in (5..).zip(forms) {
        pdf.push_str(&format!(
            "{number} 0 obj\n<< /Type /XObject /Subtype /Form /BBox [0 0 100 100] {resources} \
             /Length {} >>\nstream\n{form}\nendstream\nendobj\n",
            form.len()
        ));
    }
    pdf.push_str("trailer\n<< /Root 1 0 R >>\n%%EOF\n");
    pdf.into_bytes()
}

/// A one-bit, all-black PNG: large once decoded, tiny as a file.
pub(crate) fn black_png(width: u32, height: u32) -> Vec<u8> {
    use std::io::Write as _;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let mut rows = writer.stream_writer().unwrap();
    let row = vec![0; width.div_ceil(8) as usize];
    for _ in 0..height {
        rows.write_all(&row).unwrap();
    }
    rows.finish().unwrap();
    drop(writer);
    bytes
}
