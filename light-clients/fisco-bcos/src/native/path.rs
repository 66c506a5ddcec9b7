//! Paths of 3.x as nodes print them: a count, that many nodes, and so on up to the root.
//!
//! The count is the first four bytes of its element, which nodes up to 3.12.4 fill up to 32. A block of one transaction has the root
//! alone, or nothing.

use govhub_lc_core::Reason;

use crate::proto::govhub::lightclients::fisco::v1 as raw;
use crate::suite::Suite;

/// Levels of a tree of 2^32 leaves.
const MAX_LEVELS: usize = 32;

/// The groups in a node's flat list.
///
/// # Errors
/// `merkle-proof` if counts and nodes do not fit together.
pub fn groups(elements: &[Vec<u8>]) -> Result<raw::Path, Reason> {
    let bad = |why: &str| Reason::new("merkle-proof", why);
    if elements.len() <= 1 {
        return Ok(raw::Path::default());
    }
    let mut levels = Vec::new();
    let mut rest = elements;
    while let Some((count, behind)) = rest.split_first() {
        let count = match count.as_slice() {
            [0, 0, 0, count @ (1 | 2), filler @ ..] if filler.iter().all(|byte| *byte == 0) => usize::from(*count),
            _ => return Err(bad("expected a count of 1 or 2")),
        };
        let (group, behind) = behind.split_at_checked(count).ok_or_else(|| bad("fewer nodes than counted"))?;
        if levels.len() == MAX_LEVELS {
            return Err(bad("more than 32 levels"));
        }
        levels.push(raw::Level { group: group.to_vec(), ..Default::default() });
        rest = behind;
    }
    Ok(raw::Path { levels })
}

/// A path with the place that it leads to and a number of leaves that its shape fits.
///
/// Where identical nodes stand side by side the first is meant, as the nodes mean it.
pub(super) fn from_node(leaf: &[u8], elements: &[Vec<u8>]) -> Result<(raw::Path, u32, u32), Reason> {
    let path = groups(elements)?;
    let bits = Suite::ALL.into_iter().find_map(|suite| places(suite, leaf, &path)).unwrap_or_else(|| path.levels.iter().map(|_| 0).collect());
    let (mut index, mut width) = (0u64, 1u64);
    for (level, bit) in path.levels.iter().zip(&bits).rev() {
        let last = index + 1 == width;
        width = if level.group.len() == 1 { 2 * width - 1 } else { 2 * width };
        if level.group.len() == 1 && !last {
            return Err(Reason::new("merkle-proof", "a node alone that is not the last of its level"));
        }
        index = 2 * index + bit;
    }
    let small = |number: u64| u32::try_from(number).map_err(|_| Reason::new("merkle-proof", "more than 2^32 leaves"));
    Ok((path, small(index)?, small(width)?))
}

/// Left or right at each level, from the leaf up; none if the path does not lead on from the leaf under `suite`.
fn places(suite: Suite, leaf: &[u8], path: &raw::Path) -> Option<Vec<u64>> {
    let mut node = leaf.to_vec();
    path.levels
        .iter()
        .map(|level| {
            let place = level.group.iter().position(|member| *member == node)?;
            let members: Vec<&[u8]> = level.group.iter().map(Vec::as_slice).collect();
            node = suite.hash(&members).to_vec();
            u64::try_from(place).ok()
        })
        .collect()
}
