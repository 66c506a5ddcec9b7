//! What is sent next: which client, which packets, under which header.

use govhub_types::time::NANOS_PER_SECOND;

use crate::batch::{Item, Plan, Target};
use crate::planner::{Flight, Out, Planner};
use crate::{AbsenceProof, ChainName, ClientStatus, ClientView, Effect, Hop, Lane, PacketKey, Side, Stage};

/// What a hop's proof needs of the header on the chain that is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// What to do.
    pub hop: Hop,
    /// The header's least height.
    pub height: u64,
    /// The header's least time, whole seconds.
    pub time_s: u64,
    /// True if every block below the header must have been read, because something is to be shown absent.
    pub all_read: bool,
}

impl Planner {
    pub(crate) fn schedule(&mut self, out: &mut Out) {
        self.read_clients(out);
        let hosts: Vec<ChainName> = self.state.chains.keys().cloned().collect();
        for host in hosts {
            // Before the first catch-up, what was under way at the last stop may have landed unseen.
            if self.caught_up.contains(&host) && !self.flights.contains_key(&host) && !self.owes_reading(&host) {
                self.launch(&host, out);
            }
        }
    }

    fn targets_on(&self, host: Option<&ChainName>) -> Vec<Target> {
        let ends = self.state.lanes.values().flat_map(|lane| Side::BOTH.map(|side| (lane, side)));
        ends.filter(|(lane, side)| host.is_none_or(|h| &lane.end(*side).chain == h))
            .map(|(lane, side)| Target { lane: lane.name.clone(), side })
            .collect()
    }

    fn read_clients(&mut self, out: &mut Out) {
        for target in self.targets_on(None) {
            let due = self.client_reads.get(&target).is_none_or(|at| self.now_ms.saturating_sub(*at) >= self.settings.client_read_ms);
            if due {
                self.client_reads.insert(target.clone(), self.now_ms);
                out.effects.push(Effect::ReadClient(target));
            }
        }
    }

    /// Starts one batch on `host`: the targets take turns.
    fn launch(&mut self, host: &ChainName, out: &mut Out) {
        let mut targets = self.targets_on(Some(host));
        if let Some(last) = self.last_turn.get(host) {
            let next = targets.iter().position(|t| t > last).unwrap_or(0);
            targets.rotate_left(next);
        }
        for target in targets {
            if let Some(plan) = self.plan(&target, host) {
                let header_time = self.heads.get(&plan.source).map_or(0, |h| h.time_ns);
                self.next_batch += 1;
                self.last_turn.insert(host.clone(), target.clone());
                self.flights.insert(
                    host.clone(),
                    Flight {
                        batch: plan.batch,
                        target,
                        items: plan.items.iter().map(|i| (i.key.clone(), i.hop)).collect(),
                        since_ms: self.now_ms,
                        sending: None,
                        evidence: plan.evidence.is_some(),
                        header: plan.update.then_some((plan.header_height, header_time)),
                    },
                );
                out.effects.push(Effect::Prove(Box::new(plan)));
                return;
            }
        }
    }

    fn plan(&mut self, target: &Target, host: &ChainName) -> Option<Plan> {
        let lane = self.state.lanes.get(&target.lane)?.clone();
        let view = self.usable_client(&lane, target)?.clone();
        if self.target_waits.get(target).is_some_and(|wait| wait.until_ms > self.now_ms) {
            return None;
        }
        let source = lane.end(target.side.other()).chain.clone();
        let head = self.heads.get(&source)?.clone();
        let evidence = self.evidence.get(target).copied();
        let chosen = if lane.paused || evidence.is_some() { Vec::new() } else { self.choose(&lane, target) };
        let refresh = evidence.is_none() && view.wants_refresh(head.time_ns) && head.height > view.latest_height.revision_height;
        if chosen.is_empty() && !refresh && evidence.is_none() {
            return None;
        }
        let old_is_enough = !chosen.is_empty()
            && !refresh
            && !self.fresh_header.contains(target)
            && chosen.iter().all(|(_, need)| self.header_serves(need, &source, view.latest_height.revision_height, view.latest_time_ns));
        let (header_height, update) = if old_is_enough || evidence.is_some() {
            (view.latest_height.revision_height, false)
        } else {
            (head.height, head.height > view.latest_height.revision_height)
        };
        Some(Plan {
            batch: self.next_batch,
            target: target.clone(),
            host: host.clone(),
            source,
            header_height,
            evidence,
            update,
            account: self.state.chains.get(host).and_then(|c| c.account),
            items: chosen.into_iter().filter_map(|(key, need)| self.item(key, need.hop)).collect(),
        })
    }

    /// The target's client, if it may be used for this lane.
    fn usable_client(&self, lane: &Lane, target: &Target) -> Option<&ClientView> {
        let view = self.clients.get(target)?;
        let paired = view.counterparty.as_ref() == Some(&lane.end(target.side.other()).client);
        (view.status == ClientStatus::Active && paired).then_some(view)
    }

    fn item(&self, key: PacketKey, hop: Hop) -> Option<Item> {
        let entry = self.state.packets.get(&key)?;
        let acknowledgement = match &entry.stage {
            Stage::Answered { acknowledgement, .. } => acknowledgement.clone(),
            _ => Vec::new(),
        };
        Some(Item { key, hop, packet: entry.packet.clone(), acknowledgement })
    }

    /// The packets of the next transaction: a bisected group if one is left, else live ones first and the backlog in a bounded share.
    fn choose(&mut self, lane: &Lane, target: &Target) -> Vec<(PacketKey, Need)> {
        while let Some(group) = self.groups.get_mut(target).and_then(|groups| groups.pop_front()) {
            let due: Vec<_> = group.into_iter().filter_map(|key| self.due(lane, target, &key).map(|need| (key, need))).collect();
            if !due.is_empty() {
                return due;
            }
        }
        self.groups.remove(target);
        let max = self.settings.batch_items_max.max(1);
        let (mut live, mut backlog) = (Vec::new(), Vec::new());
        for key in self.open_of(lane) {
            if live.len() >= max && backlog.len() >= max {
                break;
            }
            let Some(need) = self.due(lane, target, &key) else { continue };
            let is_live = self.state.packets.get(&key).is_some_and(|e| e.live && self.now_ms.saturating_sub(e.first_seen_ms) < self.settings.live_ms);
            let list = if is_live { &mut live } else { &mut backlog };
            if list.len() < max {
                list.push((key, need));
            }
        }
        let share = backlog.len().min((max / self.settings.backlog_one_in.max(1)).max(1));
        live.truncate(max.saturating_sub(share).max(1));
        let room = max.saturating_sub(live.len());
        live.extend(backlog.into_iter().take(room));
        self.within_bytes(live)
    }

    fn open_of<'a>(&'a self, lane: &'a Lane) -> impl Iterator<Item = PacketKey> + 'a {
        let first = PacketKey { lane: lane.name.clone(), source: Side::A, sequence: 0 };
        self.open.range(first..).take_while(|key| key.lane == lane.name).cloned()
    }

    fn within_bytes(&self, items: Vec<(PacketKey, Need)>) -> Vec<(PacketKey, Need)> {
        let mut room = self.settings.batch_bytes_max;
        let mut kept = Vec::new();
        for (key, need) in items {
            let size = self.state.packets.get(&key).map_or(0, |e| match &e.stage {
                Stage::Answered { acknowledgement, .. } => e.packet.bytes.len() + acknowledgement.len(),
                _ => e.packet.bytes.len(),
            });
            if !kept.is_empty() && size > room {
                break;
            }
            room = room.saturating_sub(size);
            kept.push((key, need));
        }
        kept
    }

    /// What `key` needs on `target` now, if the proved chain has gone far enough for it.
    fn due(&self, lane: &Lane, target: &Target, key: &PacketKey) -> Option<Need> {
        let entry = self.state.packets.get(key)?;
        let in_flight = self.flights.values().any(|f| f.items.iter().any(|(k, _)| k == key));
        let waiting = self.waits.get(key).is_some_and(|wait| wait.until_ms > self.now_ms);
        if entry.quarantine.is_some() || in_flight || waiting || self.landed.contains_key(key) {
            return None;
        }
        let need = self.next_hop(lane, key)?;
        if need.hop.target(key.source) != target.side {
            return None;
        }
        let proved = &lane.end(target.side.other()).chain;
        let head = self.heads.get(proved)?;
        self.header_serves(&need, proved, head.height, head.time_ns).then_some(need)
    }

    /// True if a header of `chain` at `height` and `time_ns` is enough for `need`.
    fn header_serves(&self, need: &Need, chain: &ChainName, height: u64, time_ns: u64) -> bool {
        let read_enough = !need.all_read || self.state.cursor(chain).saturating_add(1) >= height;
        height >= need.height && time_ns / NANOS_PER_SECOND >= need.time_s && read_enough
    }

    /// What a packet needs next; none if it waits for a chain or is settled.
    pub(crate) fn next_hop(&self, lane: &Lane, key: &PacketKey) -> Option<Need> {
        let entry = self.state.packets.get(key)?;
        let timeout_s = entry.packet.timeout_s;
        let plain = |hop, height: u64| Some(Need { hop, height: height.saturating_add(1), time_s: 0, all_read: false });
        match entry.stage {
            Stage::Sent { height: 0 } | Stage::Received | Stage::Acknowledged | Stage::TimedOut => None,
            Stage::Answered { height, .. } => plain(Hop::Ack, height),
            Stage::AbsenceWritten { height } => plain(Hop::TimeoutBySentinel, height),
            Stage::Sent { height } => {
                let absence = self.absence(lane, key.source);
                let late = self.destination_time_s(lane, key.source, absence)? >= timeout_s;
                match (late, absence) {
                    (false, _) => plain(Hop::Recv, height),
                    (true, Some(AbsenceProof::Absence)) => Some(Need { hop: Hop::Timeout, height: 2, time_s: timeout_s, all_read: true }),
                    (true, Some(AbsenceProof::Sentinel)) => {
                        Some(Need { hop: Hop::RecvTimeout, height: height.saturating_add(1), time_s: timeout_s, all_read: false })
                    }
                    (true, None) => None,
                }
            }
        }
    }

    /// How the destination of packets from `source` shows that it did not receive one; none while the source's client is unread.
    fn absence(&self, lane: &Lane, source: Side) -> Option<AbsenceProof> {
        self.clients.get(&Target { lane: lane.name.clone(), side: source }).map(|view| view.absence)
    }

    /// The destination's time in whole seconds: its newest header, or, where the destination has only its client of the source to tell
    /// time by (PROTOCOL 2), the source's newest header, which the transaction brings along.
    fn destination_time_s(&self, lane: &Lane, source: Side, absence: Option<AbsenceProof>) -> Option<u64> {
        let clock = match absence {
            Some(AbsenceProof::Sentinel) => &lane.end(source).chain,
            _ => &lane.end(source.other()).chain,
        };
        self.heads.get(clock).map(|head| head.time_ns / NANOS_PER_SECOND)
    }
}
