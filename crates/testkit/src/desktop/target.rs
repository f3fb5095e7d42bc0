//! What a person points at: a button by its name, a field by its label, a text on the screen.

use std::fmt;

use fantoccini::Locator;

/// Something on the screen, found as a person or a screen reader finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    expression: String,
    is_css: bool,
    says: String,
}

impl Target {
    pub(super) fn locator(&self) -> Locator<'_> {
        if self.is_css {
            Locator::Css(&self.expression)
        } else {
            Locator::XPath(&self.expression)
        }
    }

    /// The same, within another target. Both must be found by name, not by CSS.
    #[must_use]
    pub fn within(&self, outer: &Self) -> Self {
        Self {
            expression: format!("{}{}", outer.expression, self.expression),
            is_css: false,
            says: format!("{self} in {outer}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.says)
    }
}

/// By CSS selector: for what has no name of its own (a page on the reading table).
pub fn css(selector: &str) -> Target {
    Target {
        expression: selector.to_owned(),
        is_css: true,
        says: format!("`{selector}`"),
    }
}

/// The innermost element whose text contains `words`.
pub fn text(words: &str) -> Target {
    let holds = format!("contains({}, {})", plain("."), literal(words));
    xpath(
        format!(
            "//*[ancestor-or-self::body][not(self::script or self::style)][{holds}][not(*[{holds}])]"
        ),
        format!("the text \u{ab}{words}\u{bb}"),
    )
}

/// A part of the window with a name: a pane, a bar, the timeline.
pub fn landmark(name: &str) -> Target {
    named(
        "self::nav or self::aside or self::section or @role='region'",
        name,
        "the pane",
    )
}

/// What its accessible name begins with.
pub fn beginning(name: &str) -> Target {
    let starts = format!("starts-with({}, {})", plain("@aria-label"), literal(name));
    xpath(
        format!("//*[{starts}]"),
        format!("what begins with \u{ab}{name}\u{bb}"),
    )
}

/// A button called `name` (its text or `aria-label`).
pub fn button(name: &str) -> Target {
    named(
        "self::button or @role='button' or self::summary",
        name,
        "the button",
    )
}

/// A link called `name`.
pub fn link(name: &str) -> Target {
    named("self::a or @role='link'", name, "the link")
}

/// A tab called `name`.
pub fn tab(name: &str) -> Target {
    role("tab", name)
}

/// A heading that reads `name`.
pub fn heading(name: &str) -> Target {
    named(
        "self::h1 or self::h2 or self::h3 or self::h4 or @role='heading'",
        name,
        "the heading",
    )
}

/// A dialog called `name`, directly or by its heading.
pub fn dialog(name: &str) -> Target {
    named(
        "self::dialog or @role='dialog' or @role='alertdialog'",
        name,
        "the dialog",
    )
}

/// An element of an ARIA role, called `name`.
pub fn role(role: &str, name: &str) -> Target {
    named(&format!("@role='{role}'"), name, &format!("the {role}"))
}

/// A field by its label, whether the label is beside it, around it or an attribute.
pub fn field(label: &str) -> Target {
    let wanted = literal(label);
    let own = "self::input or self::textarea or self::select or @contenteditable='true' or @role='textbox' or @role='combobox'";
    let by_label = format!("@id = //label[{} = {wanted}]/@for", plain("."));
    let around = format!("ancestor::label[starts-with({}, {wanted})]", plain("."));
    xpath(
        format!(
            "//*[{own}][{} or {by_label} or {around}]",
            by_attribute(&wanted)
        ),
        format!("the field \u{ab}{label}\u{bb}"),
    )
}

fn named(which: &str, name: &str, kind: &str) -> Target {
    let wanted = literal(name);
    xpath(
        format!(
            "//*[{which}][{} or {} = {wanted}]",
            by_attribute(&wanted),
            plain(".")
        ),
        format!("{kind} \u{ab}{name}\u{bb}"),
    )
}

/// `aria-label`, or the text of the element that `aria-labelledby` names.
fn by_attribute(wanted: &str) -> String {
    format!(
        "{} = {wanted} or @aria-labelledby = //*[{} = {wanted}]/@id",
        plain("@aria-label"),
        plain(".")
    )
}

fn xpath(expression: String, says: String) -> Target {
    Target {
        expression,
        is_css: false,
        says,
    }
}

/// French typography without its variety: no-break and narrow spaces are spaces, the curved apostrophe is the straight one, and the
/// marks that Fluent puts around inserted values are nothing.
fn plain(expression: &str) -> String {
    format!(
        "normalize-space(translate({expression}, '\u{a0}\u{202f}\u{2019}\u{2068}\u{2069}', \"  '\"))"
    )
}

/// An `XPath` string of `words`, made plain in the same way.
fn literal(words: &str) -> String {
    let words: String = words
        .chars()
        .map(|c| match c {
            '\u{a0}' | '\u{202f}' => ' ',
            '\u{2019}' => '\'',
            other => other,
        })
        .collect();
    // `XPath` 1.0 has no escape: a text with both quotes is put together from pieces.
    if words.contains('"') {
        let pieces: Vec<String> = words
            .split('"')
            .map(|piece| format!("\"{piece}\""))
            .collect();
        format!("concat({})", pieces.join(", '\"', "))
    } else {
        format!("\"{words}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_both_quotes_is_put_together() {
        assert_eq!(literal("l\u{2019}avis"), "\"l'avis\"");
        assert_eq!(
            literal("dit \"non\""),
            "concat(\"dit \", '\"', \"non\", '\"', \"\")"
        );
    }

    #[test]
    fn a_target_tells_what_it_looks_for() {
        let target = button("Citer").within(&dialog("Pièce"));
        assert_eq!(
            target.to_string(),
            "the button «Citer» in the dialog «Pièce»"
        );
    }
}
