//! Which streamed blocks a node keeps: those of validators, for the rounds that are theirs.

use crate::host::Received;
use crate::prevotes::Prevotes;
use crate::signing::verify_stream;
use crate::stream::Streamed;
use crate::ValidatorSet;

/// A stream as a proposal, if a validator signed its head; one without a proof of lock must come from the round's own proposer.
///
/// `validators` decide the height that the engine works on. A proposal that comes early from a validator which is only about to join is
/// lost here, and comes again by sync.
pub(crate) fn admit(chain_id: &tendermint::chain::Id, validators: &ValidatorSet, prevotes: &Prevotes, streamed: Streamed) -> Option<Received> {
    let Streamed { proposed: head, signature, bytes } = streamed;
    let round = head.round.as_u32()?;
    let pol_round = head.pol_round.as_u32();
    let proposer = validators.proposer(head.height, round).address();
    let rightful = pol_round.is_some() || (head.publisher == proposer && head.proposer == proposer);
    if !rightful || !verify_stream(chain_id, validators, &head, &signature) {
        tracing::debug!(height = head.height, round, publisher = %head.publisher, "a proposal's stream is not signed by whom it should be");
        return None;
    }
    let locked = pol_round.is_some_and(|pol_round| prevotes.locked(head.height, pol_round, &head.id));
    Some(Received { height: head.height, round, pol_round, locked, proposer: head.proposer, id: head.id, bytes })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arc_malachitebft_core_types::{NilOrVal, Round, VoteType};

    use super::*;
    use crate::signing::HubSigner;
    use crate::stream::Proposed;
    use crate::vote::Vote;
    use crate::{BlockHeight, ConsensusKey, Validator, ValidatorAddress, ValueId};

    struct World {
        chain_id: tendermint::chain::Id,
        signers: Vec<(ValidatorAddress, HubSigner)>,
        validators: ValidatorSet,
        prevotes: Arc<Prevotes>,
    }

    fn world() -> World {
        let chain_id: tendermint::chain::Id = "hub-1".parse().expect("an id");
        let prevotes = Arc::new(Prevotes::default());
        let keys = (1..=4).map(|n| ConsensusKey::from_seed([n; 32]));
        let validator = |key: &ConsensusKey| Validator::new(&key.public_key(), 10).expect("a real key");
        let signers: Vec<_> = keys
            .map(|key| (validator(&key).address(), HubSigner { key, chain_id: chain_id.clone(), prevotes: prevotes.clone() }))
            .collect();
        let validators = ValidatorSet::new(signers.iter().map(|(_, signer)| validator(&signer.key)).collect()).expect("four");
        prevotes.begin(&crate::Rules { height: 5, validators: validators.clone() });
        World { chain_id, signers, validators, prevotes }
    }

    impl World {
        fn proposer(&self, round: u32) -> ValidatorAddress {
            self.validators.proposer(5, round).address()
        }

        fn head(&self, round: u32, pol_round: Round, publisher: ValidatorAddress) -> Proposed {
            let id = ValueId { hash: [7; 32], parts_total: 1, parts_hash: [8; 32], time_s: 1, time_ns: 0 };
            Proposed { height: 5, round: Round::new(round), pol_round, proposer: publisher, id, publisher }
        }

        fn streamed(&self, head: Proposed) -> Streamed {
            let (_, signer) = self.signers.iter().find(|(address, _)| *address == head.publisher).expect("one of ours");
            Streamed { proposed: head, signature: signer.sign_stream(&head), bytes: b"block".to_vec() }
        }

        fn admit(&self, streamed: Streamed) -> Option<Received> {
            admit(&self.chain_id, &self.validators, &self.prevotes, streamed)
        }
    }

    #[test]
    fn the_rounds_proposer_is_admitted_and_another_validator_is_not() {
        let world = world();
        let (mine, other) = (world.proposer(0), world.proposer(1));
        assert_ne!(mine, other);
        assert!(world.admit(world.streamed(world.head(0, Round::Nil, mine))).is_some_and(|r| !r.locked && r.pol_round.is_none()));
        assert_eq!(world.admit(world.streamed(world.head(0, Round::Nil, other))), None);
        let in_anothers_name = Proposed { publisher: other, ..world.head(0, Round::Nil, mine) };
        assert_eq!(world.admit(world.streamed(in_anothers_name)), None);
    }

    #[test]
    fn a_head_that_is_not_signed_as_it_stands_is_refused() {
        let world = world();
        let mine = world.proposer(0);
        let good = world.streamed(world.head(0, Round::Nil, mine));
        // The same block, said to be locked, by somebody who only passes it on.
        let relabelled = Streamed { proposed: Proposed { pol_round: Round::new(0), round: Round::new(1), ..good.proposed }, ..good.clone() };
        assert_eq!(world.admit(relabelled), None);
        let other_chain = Streamed { signature: HubSigner { chain_id: "hub-2".parse().expect("an id"), ..world.signers[0].1.clone() }.sign_stream(&good.proposed), ..good.clone() };
        assert_eq!(world.admit(other_chain), None);
        let stranger = HubSigner { key: ConsensusKey::from_seed([9; 32]), ..world.signers[0].1.clone() };
        let foreign = Streamed { signature: stranger.sign_stream(&good.proposed), ..good.clone() };
        assert_eq!(world.admit(foreign), None);
        assert!(world.admit(good).is_some());
    }

    #[test]
    fn a_proof_of_lock_counts_only_if_its_prevotes_were_seen() {
        let world = world();
        let head = world.head(1, Round::new(0), world.proposer(1));
        assert!(world.admit(world.streamed(head)).is_some_and(|r| !r.locked && r.pol_round == Some(0)));
        for (address, _) in &world.signers[..3] {
            let value = NilOrVal::Val(head.id);
            world.prevotes.record(&Vote { kind: VoteType::Prevote, height: BlockHeight(5), round: Round::new(0), value, address: *address, extension: None });
        }
        assert!(world.admit(world.streamed(head)).is_some_and(|r| r.locked));
    }
}
