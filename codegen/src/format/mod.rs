//! Items to the text of files.

mod imports;

use syn::{File, Item};

use crate::emit::{Emitted, RustFile};
use crate::{Files, names};
use taskcluster_documents::{Errors, Place, Reason};

/// Formats all emitted items; the sources of a crate go below `src/`.
pub(crate) fn format(emitted: Emitted) -> Result<Files, Errors> {
    let sources = if emitted.manifest.is_some() {
        "src/"
    } else {
        ""
    };
    let mut files = Files::new();
    let mut errors = Vec::new();
    for file in emitted.files {
        let path = format!("{sources}{}", file.path);
        match print(file, &emitted.header) {
            Ok(text) => drop(files.insert(path, text)),
            Err(why) => {
                errors.push(Place::whole(&path).error(
                    "",
                    Reason::because("the generated code does not parse", why),
                    "this is a defect of the generator: report it with its input",
                ));
            }
        }
    }
    files.extend(emitted.manifest.map(|text| ("Cargo.toml".to_owned(), text)));
    files.insert(names::FILE.to_owned(), emitted.names);
    Errors::unless_empty(errors, files)
}

fn print(file: RustFile, header: &str) -> syn::Result<String> {
    let mut attrs = Vec::new();
    let mut items = Vec::new();
    for tokens in file.items {
        let parsed = syn::parse2::<File>(tokens)?;
        attrs.extend(parsed.attrs);
        items.extend(parsed.items);
    }
    let mut text = format!("// {header}\n\n");
    for line in &file.docs {
        text.push_str(format!("//! {line}").trim_end());
        text.push('\n');
    }
    if !attrs.is_empty() {
        text.push('\n');
    }
    for attribute in attrs {
        // The printer writes no line breaks after inner attributes.
        text.push_str(unparse(vec![attribute], Vec::new()).trim_end());
        text.push('\n');
    }
    let imports = imports::imports(&items, &file.siblings);
    let mut last = None;
    for item in imports.into_iter().chain(items) {
        let group = Group::of(&item);
        if last != Some(group) || group == Group::Item {
            text.push('\n');
        }
        last = Some(group);
        text.push_str(&spaced(&unparsed(item)?));
    }
    Ok(text)
}

/// Formats an item. A macro call that defines items is printed like these items.
fn unparsed(item: Item) -> syn::Result<String> {
    let Item::Macro(call) = item else {
        return Ok(printed(item));
    };
    let name = call.mac.path.require_ident()?.clone();
    let Ok(file) = call.mac.parse_body::<File>() else {
        return Ok(printed(Item::Macro(call)));
    };
    let mut text = format!("{name}! {{\n");
    for (index, item) in file.items.into_iter().enumerate() {
        // In a list of constants, each has its own line.
        if index > 0 && !matches!(item, Item::Static(_) | Item::Const(_)) {
            text.push('\n');
        }
        for line in unparsed(item)?.lines() {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    text.push_str("}\n");
    Ok(text)
}

fn printed(item: Item) -> String {
    unparse(Vec::new(), vec![item])
}

fn unparse(attrs: Vec<syn::Attribute>, items: Vec<Item>) -> String {
    prettyplease::unparse(&File {
        shebang: None,
        frontmatter: None,
        attrs,
        items,
    })
}

/// Kinds of items; different kinds are separated by an empty line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Module,
    Standard,
    Library,
    Sibling,
    Export,
    Item,
}

impl Group {
    fn of(item: &Item) -> Self {
        match item {
            Item::Mod(_) => Self::Module,
            Item::Use(it) if !matches!(it.vis, syn::Visibility::Inherited) => Self::Export,
            Item::Use(it) => match &it.tree {
                syn::UseTree::Path(path) if path.ident == "std" => Self::Standard,
                syn::UseTree::Path(path) if path.ident == "super" => Self::Sibling,
                _ => Self::Library,
            },
            _ => Self::Item,
        }
    }
}

/// Puts the empty lines between the functions and constants of an `impl` that the printer
/// omits.
fn spaced(item: &str) -> String {
    let mut text = String::new();
    let mut lines = item.lines().peekable();
    let mut is_impl = false;
    while let Some(line) = lines.next() {
        is_impl |= line.starts_with("impl");
        text.push_str(line);
        text.push('\n');
        let ends_member =
            line == "    }" || line.ends_with(';') && (is_member(line) || continues(line));
        let goes_on = lines
            .peek()
            .is_some_and(|next| *next != "}" && !(is_type(line) && is_type(next)));
        if is_impl && ends_member && goes_on {
            text.push('\n');
        }
    }
    text
}

fn is_member(line: &str) -> bool {
    line.starts_with("    const ") || is_type(line)
}

/// Whether a line ends a method chain that began on an earlier line of the `impl`.
fn continues(line: &str) -> bool {
    line.starts_with("        .") || line == "        );"
}

fn is_type(line: &str) -> bool {
    line.starts_with("    type ")
}
