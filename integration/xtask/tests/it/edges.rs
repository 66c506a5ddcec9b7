//! Dependency edges.

use std::collections::BTreeSet;

use xtask::edges::{declared, members, reached, read, wrong_edges, wrong_reach, Edge, Edges};

fn small() -> Edges {
    toml::from_str("[allowed]\na = [\"b\"]\nb = []\n[never]\nb = [\"a\"]\n").expect("written here")
}

fn edge(from: &str, to: &str, dev: bool) -> Edge {
    Edge { from: from.into(), to: to.into(), dev }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn this_workspace_has_only_allowed_edges() {
    let wrong = wrong_edges(&read().expect("edges.toml"), &members().expect("cargo"), &declared().expect("cargo"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn processes_never_reach_app_node_or_store() {
    let (edges, members) = (read().expect("edges.toml"), members().expect("cargo"));
    let there: Vec<_> = edges.never.iter().filter(|(from, _)| members.contains(*from)).collect();
    assert!(there.iter().any(|(from, _)| *from == "govhub-demo") && there.iter().any(|(from, _)| *from == "govrelay"), "{there:?}");
    for (from, never) in there {
        let reached = reached(from).expect("cargo tree");
        assert!(reached.len() > 3, "cargo tree of {from} names its dependencies: {reached:?}");
        let wrong = wrong_reach(from, never, &reached);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn the_tree_reader_sees_what_the_node_reaches() {
    // The twin of the test above: where the store is reached, it is seen.
    assert!(reached("govhub-store-rocksdb").expect("cargo tree").contains("govhub-store"));
    assert_eq!(wrong_reach("b", &set(&["a"]), &set(&["a", "c"])).len(), 1);
}

#[test]
fn an_edge_that_is_not_listed_is_named() {
    let both = set(&["a", "b"]);
    assert!(wrong_edges(&small(), &both, &[edge("a", "b", false)]).is_empty());
    let wrong = wrong_edges(&small(), &both, &[edge("a", "a", false)]);
    assert_eq!(wrong.len(), 1);
    assert!(wrong[0].contains("`a` depends on `a`"), "{wrong:?}");
}

#[test]
fn a_test_dependency_is_free_unless_it_is_forbidden() {
    let both = set(&["a", "b"]);
    assert!(wrong_edges(&small(), &both, &[edge("a", "a", true)]).is_empty());
    assert_eq!(wrong_edges(&small(), &both, &[edge("b", "a", true)]).len(), 1);
}

#[test]
fn a_crate_without_a_line_is_named() {
    assert_eq!(wrong_edges(&small(), &set(&["a", "b", "c"]), &[]), ["`c` is not in edges.toml; give it a line under [allowed]"]);
}
