//! `normlab card` and `normlab verify`.

use crate::world::{TINY, World};

#[test]
fn a_card_is_verified_and_a_changed_one_is_not() {
    let world = World::with(TINY);
    world.normlab("card rms --out rms.html").exits_with(0);
    let page = world.read("rms.html");
    for part in ["<math", "1910.07467", "normlab gradcheck rms", "Signal propagation", "dgamma"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(world.read("rms.svg").starts_with("<svg"));
    let verified = world.normlab("verify rms.html").exits_with(0);
    assert!(verified.stdout.contains("PASS"), "{}", verified.stdout);

    // Text that the numbers do not say.
    world.write("text.html", &page.replace("<td>yes</td>", "<td>no</td>"));
    let found = world.normlab("verify text.html").exits_with(1);
    assert!(found.stdout.contains("is not what its numbers make"), "{}", found.stdout);
    world.write("none.html", "<p>a page</p>");
    let found = world.normlab("verify none.html").exits_with(2);
    assert!(found.stderr.contains("no block of numbers"), "{}", found.stderr);
}

#[test]
fn sections_are_printed_and_unknown_ones_explained() {
    let world = World::with(TINY);
    let line = "card rms --json propertys";
    let said = world.normlab(line).exits_with(2).stderr;
    assert!(said.contains("did you mean \"properties\""), "{said}");
    let said = world.normlab("card rms").exits_with(2).stderr;
    assert!(said.contains("--out"), "{said}");
}
