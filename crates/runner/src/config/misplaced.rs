//! Keys that stand where they mean nothing: where they belong, and which value is unknown because of them.
//!
//! What belongs where comes from the lists that the file is read with.

use toml::de::DeValue;

use super::families::{Family, families};
use super::keys::{self, KEYS};
use super::mistakes::Mistakes;
use super::own_norms::OwnNorms;
use super::sections::{SECTIONS, keys_of};
use super::value::{Table, Unknown, Value, nearest};

/// Opens a table of a study; a key that belongs elsewhere in the study is told where.
pub fn open<'v, 't>(
    title: &str,
    value: &'v Value<'t>,
    allowed: &[&str],
    own: &OwnNorms,
    mistakes: &mut Mistakes<'_>,
) -> Option<Table<'v, 't>> {
    let home = |unknown: &Unknown<'_, '_, '_>, mistakes: &Mistakes<'_>| {
        in_sections(unknown)
            .or_else(|| as_section(unknown))
            .or_else(|| as_option(unknown, own, mistakes))
    };
    Table::open_or(title, value, allowed, home, mistakes)
}

/// The keys of `[network]` and `[training]` whose values are not known, since the unknown keys of a table may
/// have been meant to give them. `among` are the keys of the table, `given` those that the study has.
pub fn unread(
    table: &Table<'_, '_>,
    among: &[&'static str],
    given: &[&str],
    own: &OwnNorms,
) -> Vec<&'static str> {
    let of = |(name, value): &(&str, &Value<'_>)| match keys::find(name) {
        Some(key) => vec![key.name],
        None if table.title == WHOLE && value.get_ref().is_table() => {
            // A section of another name.
            let meant = nearest(name, &SECTIONS).map_or(every_key(), keys_of);
            meant.into_iter().filter(|key| keys::find(key).is_some()).collect()
        }
        None => meant(name, among, given, own),
    };
    table.unknown.iter().flat_map(of).collect()
}

/// The options on which it depends whether a norm fits a width and a batch.
const OF_SIZES: [&str; 2] = ["groups", "parts"];

/// The keys that a name may have been meant to give: that of which it is an option, the nearest, or all that are
/// left out.
fn meant(name: &str, among: &[&'static str], given: &[&str], own: &OwnNorms) -> Vec<&'static str> {
    if SECTIONS.iter().any(|section| keys_of(section).contains(&name)) {
        return Vec::new();
    }
    let having = families(own).into_iter().filter(|family| family.with(name).next().is_some());
    let having: Vec<&str> = having.map(|family| family.key).collect();
    if !having.is_empty() {
        let decides = |key: &&str| OF_SIZES.contains(&name) || !given.contains(key);
        return having.into_iter().filter(decides).collect();
    }
    match nearest(name, among) {
        Some(near) => vec![near],
        None => among.iter().copied().filter(|key| !given.contains(key)).collect(),
    }
}

/// The sections that have the key; with a list of values those that take a list of it, if there are any.
fn in_sections(unknown: &Unknown<'_, '_, '_>) -> Option<String> {
    let is_list = unknown.value.get_ref().is_array();
    let having: Vec<&str> =
        SECTIONS.into_iter().filter(|section| keys_of(section).contains(&unknown.name)).collect();
    let takes_list = |section: &&str| {
        keys::find(unknown.name).is_some_and(|key| key.section.title() != *section)
    };
    let (lists, singles): (Vec<&str>, Vec<&str>) = having.into_iter().partition(takes_list);
    let homes = match (is_list, lists.is_empty(), singles.is_empty()) {
        (true, false, _) | (false, false, true) => lists,
        _ => singles,
    };
    let homes: Vec<String> = homes
        .into_iter()
        .map(
            |section| {
                if section == "norms" { "[norms.NAME]".into() } else { format!("[{section}]") }
            },
        )
        .collect();
    match homes.as_slice() {
        [] => None,
        [rest @ .., last] if !rest.is_empty() => {
            Some(format!("it belongs in {} or {last}", rest.join(", ")))
        }
        [only, ..] => Some(format!("it belongs in {only}")),
    }
}

/// A section inside of another one.
fn as_section(unknown: &Unknown<'_, '_, '_>) -> Option<String> {
    let section = SECTIONS.into_iter().find(|section| *section == unknown.name)?;
    Some(format!("[{section}] is a section by itself"))
}

/// An option of a norm, an optimizer or a schedule, written out as it has to be.
fn as_option(
    unknown: &Unknown<'_, '_, '_>,
    own: &OwnNorms,
    mistakes: &Mistakes<'_>,
) -> Option<String> {
    let families = families(own);
    let is_choice = families.iter().any(|family| family.key == unknown.title);
    if is_choice || unknown.title == "baseline" {
        return None;
    }
    let mut having: Vec<&Family> =
        families.iter().filter(|family| family.with(unknown.name).next().is_some()).collect();
    if having.iter().any(|family| family.title() == unknown.title) {
        having.retain(|family| family.title() == unknown.title);
    }
    let written: Vec<String> =
        having.iter().map(|family| written(unknown, family, mistakes)).collect();
    match written.is_empty() {
        true => None,
        false => Some(format!("it is an option: write {}", written.join(", or "))),
    }
}

/// `optimizer = { name = "adamw", weight_decay = 0.1 } in [training]`, or the list that sweeps it.
fn written(unknown: &Unknown<'_, '_, '_>, family: &Family, mistakes: &Mistakes<'_>) -> String {
    let (name, key) = (unknown.name, family.key);
    let members: Vec<&str> = family.with(name).collect();
    let chosen = chosen(unknown.table, key).or(Some(family.default()));
    let member = members.iter().copied().find(|member| Some(*member) == chosen);
    let member = member.or(nearest(name, &members)).unwrap_or(members[0]);
    let one = |value: &Value<'_>| {
        format!("{{ name = {member:?}, {name} = {} }}", mistakes.quote(value.span()))
    };
    let (value, home) = match unknown.value.get_ref() {
        DeValue::Array(items) => {
            let mut ones: Vec<String> = items.iter().take(2).map(one).collect();
            if items.len() > 2 {
                ones.push("...".to_string());
            }
            (format!("[{}]", ones.join(", ")), "[sweep]".to_string())
        }
        _ => (one(unknown.value), family.title()),
    };
    match home == unknown.title {
        true => format!("{key} = {value}"),
        false => format!("{key} = {value} in {home}"),
    }
}

/// The name that a key of the same table chooses.
fn chosen<'v>(table: &'v Value<'_>, key: &str) -> Option<&'v str> {
    let value = table.get_ref().as_table()?.get(key)?;
    let named = value.get_ref().as_table().and_then(|table| table.get("name"));
    named.unwrap_or(value).get_ref().as_str()
}

/// How messages name the file as a table.
pub const WHOLE: &str = "the file";

/// The names of all keys of `[network]` and `[training]`.
pub fn every_key() -> Vec<&'static str> {
    KEYS.iter().map(|key| key.name).collect()
}
