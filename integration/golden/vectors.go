package main

import (
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"

	"github.com/cosmos/gogoproto/proto"

	clienttypes "github.com/cosmos/ibc-go/v10/modules/core/02-client/types"
	clientv2types "github.com/cosmos/ibc-go/v10/modules/core/02-client/v2/types"
	channeltypes "github.com/cosmos/ibc-go/v10/modules/core/04-channel/v2/types"
	commitment "github.com/cosmos/ibc-go/v10/modules/core/23-commitment/types/v2"
	hostv1 "github.com/cosmos/ibc-go/v10/modules/core/24-host"
	host "github.com/cosmos/ibc-go/v10/modules/core/24-host/v2"
)

type packetVector struct {
	Name       string `json:"name"`
	Packet     string `json:"packet"`
	Commitment string `json:"commitment"`
	Valid      bool   `json:"valid"`
}

type ackVector struct {
	Name            string `json:"name"`
	Acknowledgement string `json:"acknowledgement"`
	Commitment      string `json:"commitment"`
	Valid           bool   `json:"valid"`
}

type pathVector struct {
	Client          string   `json:"client"`
	Sequence        uint64   `json:"sequence"`
	Commitment      string   `json:"commitment"`
	Receipt         string   `json:"receipt"`
	Acknowledgement string   `json:"acknowledgement"`
	ClientState     string   `json:"client_state"`
	ConsensusState  string   `json:"consensus_state"`
	MerklePath      []string `json:"merkle_path"`
}

type messageVector struct {
	TypeURL string `json:"type_url"`
	Bytes   string `json:"bytes"`
}

type vectors struct {
	Source   string          `json:"source"`
	ErrorAck string          `json:"error_acknowledgement"`
	Packets  []packetVector  `json:"packets"`
	Acks     []ackVector     `json:"acknowledgements"`
	Paths    []pathVector    `json:"paths"`
	Messages []messageVector `json:"messages"`
}

func payload(value []byte) channeltypes.Payload {
	return channeltypes.NewPayload("exchange", "exchange", "govhub-1", "application/x-protobuf", value)
}

func marshal(m proto.Message) string {
	bytes, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

func packets() []packetVector {
	one := payload([]byte{1, 2, 3})
	named := map[string]channeltypes.Packet{
		"plain":             channeltypes.NewPacket(1, "07-tendermint-0", "07-tendermint-1", 1_800_000_000, one),
		"largest sequence":  channeltypes.NewPacket(1<<64-1, "gov-fabric-12", "06-solomachine-3", 1, one),
		"long value":        channeltypes.NewPacket(9, "07-tendermint-0", "gov-chainmaker-7", 1_800_000_000, payload([]byte(strings.Repeat("x", 20_000)))),
		"two payloads":      channeltypes.NewPacket(2, "07-tendermint-0", "07-tendermint-1", 1_800_000_000, one, one),
		"sequence zero":     channeltypes.NewPacket(0, "07-tendermint-0", "07-tendermint-1", 1_800_000_000, one),
		"timeout zero":      channeltypes.NewPacket(1, "07-tendermint-0", "07-tendermint-1", 0, one),
		"no payload":        channeltypes.NewPacket(1, "07-tendermint-0", "07-tendermint-1", 1_800_000_000),
		"short client":      channeltypes.NewPacket(1, "gov-ab-1", "07-tendermint-1", 1_800_000_000, one),
		"empty value":       channeltypes.NewPacket(1, "07-tendermint-0", "07-tendermint-1", 1_800_000_000, payload(nil)),
		"client with slash": channeltypes.NewPacket(1, "07-tender/int-0", "07-tendermint-1", 1_800_000_000, one),
	}
	names := []string{"plain", "largest sequence", "long value", "two payloads", "sequence zero", "timeout zero", "no payload", "short client", "empty value", "client with slash"}
	var out []packetVector
	for _, name := range names {
		packet := named[name]
		out = append(out, packetVector{name, marshal(&packet), hex.EncodeToString(channeltypes.CommitPacket(packet)), packet.ValidateBasic() == nil})
	}
	return out
}

func acknowledgements() []ackVector {
	one := func(ack []byte) channeltypes.Acknowledgement { return channeltypes.NewAcknowledgement(ack) }
	all := []struct {
		name string
		ack  channeltypes.Acknowledgement
	}{
		{"success", one([]byte{8, 1})},
		{"error", one(channeltypes.ErrorAcknowledgement[:])},
		{"empty", one(nil)},
		{"none", channeltypes.NewAcknowledgement()},
		{"two", channeltypes.NewAcknowledgement([]byte{1}, []byte{2})},
	}
	var out []ackVector
	for _, a := range all {
		out = append(out, ackVector{a.name, marshal(&a.ack), hex.EncodeToString(channeltypes.CommitAcknowledgement(a.ack)), a.ack.Validate() == nil})
	}
	return out
}

func paths() []pathVector {
	var out []pathVector
	for _, p := range []struct {
		client   string
		sequence uint64
	}{{"07-tendermint-0", 1}, {"gov-fabric-12", 255}, {"06-solomachine-3", 1<<64 - 1}} {
		key := host.PacketCommitmentKey(p.client, p.sequence)
		prefix := commitment.NewMerklePath([]byte("ibc"), []byte(""))
		path := channeltypes.BuildMerklePath(prefix.KeyPath, key)
		var elements []string
		for _, element := range path.KeyPath {
			elements = append(elements, hex.EncodeToString(element))
		}
		height := clienttypes.NewHeight(1, 77)
		out = append(out, pathVector{
			Client: p.client, Sequence: p.sequence,
			Commitment:      hex.EncodeToString(key),
			Receipt:         hex.EncodeToString(host.PacketReceiptKey(p.client, p.sequence)),
			Acknowledgement: hex.EncodeToString(host.PacketAcknowledgementKey(p.client, p.sequence)),
			ClientState:     hex.EncodeToString(hostv1.FullClientStateKey(p.client)),
			ConsensusState:  hex.EncodeToString(hostv1.FullConsensusStateKey(p.client, height)),
			MerklePath:      elements,
		})
	}
	return out
}

func messages() []messageVector {
	signer := "gov1signer"
	packet := channeltypes.NewPacket(5, "07-tendermint-0", "07-tendermint-1", 1_800_000_000, payload([]byte{1, 2, 3}))
	height := clienttypes.NewHeight(1, 77)
	ack := channeltypes.NewAcknowledgement([]byte{8, 1})
	all := []proto.Message{
		channeltypes.NewMsgSendPacket("07-tendermint-0", 1_800_000_000, signer, packet.Payloads...),
		channeltypes.NewMsgRecvPacket(packet, []byte{7, 7}, height, signer),
		channeltypes.NewMsgAcknowledgement(packet, ack, []byte{7, 7}, height, signer),
		channeltypes.NewMsgTimeout(packet, []byte{7, 7}, height, signer),
		clientv2types.NewMsgRegisterCounterparty("07-tendermint-0", [][]byte{[]byte("ibc"), {}}, "07-tendermint-1", signer),
	}
	var out []messageVector
	for _, message := range all {
		out = append(out, messageVector{"/" + proto.MessageName(message), marshal(message)})
	}
	return out
}

func writeVectors(w io.Writer) {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	err := encoder.Encode(vectors{
		Source:   "github.com/cosmos/ibc-go/v10 v10.5.1",
		ErrorAck: hex.EncodeToString(channeltypes.ErrorAcknowledgement[:]),
		Packets:  packets(), Acks: acknowledgements(), Paths: paths(), Messages: messages(),
	})
	if err != nil {
		panic(err)
	}
}
