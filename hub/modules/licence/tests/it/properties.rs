//! Whatever is sent in whatever order: versions grow by one, final stays final, a refusal changes nothing.

use govhub_licence::proto::{MsgAmend, MsgCancel, MsgResume, MsgRevoke, MsgSuspend, Record};
use govhub_licence::{register, Status};
use proptest::prelude::*;

use crate::world::{ground, issue, item, World};

fn run(w: &mut World, step: u8, n: u8) -> bool {
    let (signer, licence_ref) = ("gov1signer".to_owned(), vec![n; 32]);
    match step {
        0 => w.run("MsgIssue", &issue(item(n))),
        1 => w.run("MsgSuspend", &MsgSuspend { signer, licence_ref, ground: ground() }),
        2 => w.run("MsgResume", &MsgResume { signer, licence_ref, ground: ground() }),
        3 => w.run("MsgRevoke", &MsgRevoke { signer, licence_ref, ground: ground() }),
        4 => w.run("MsgCancel", &MsgCancel { signer, licence_ref, ground: ground() }),
        _ => w.run("MsgAmend", &MsgAmend { signer, old_ref: licence_ref, item: Some(item(n + 4)), ground: ground() }),
    }
    .is_ok()
}

fn records(w: &World) -> Vec<Option<Record>> {
    (0..8).map(|n| register::get(&w.state, &[n; 32])).collect()
}

proptest! {
    #[test]
    fn any_history_keeps_the_registers_invariants(steps in proptest::collection::vec((0u8..6, 0u8..4), 0..60)) {
        let mut w = World::new();
        for (step, n) in steps {
            let before = records(&w);
            let done = run(&mut w, step, n);
            let after = records(&w);
            if !done {
                prop_assert_eq!(&before, &after);
            }
            for (old, new) in before.iter().zip(&after) {
                let (Some(old), Some(new)) = (old, new) else {
                    prop_assert!(old.is_none(), "a record is never removed");
                    continue;
                };
                let changed = old.status != new.status;
                prop_assert_eq!(new.status_version, old.status_version + u64::from(changed));
                prop_assert!(!changed || !Status::from_number(old.status).expect("a status").is_final());
            }
        }
    }
}
