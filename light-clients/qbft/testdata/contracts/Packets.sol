// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Stores packet values where a `gov-qbft` client looks for them: commitments[keccak256(path)] at the ERC-7201 slot of
/// `ibc.storage.IBCStore`; the word is the value itself if it has 32 bytes, else its SHA-256.
contract Packets {
    struct Store {
        mapping(bytes32 => bytes32) commitments;
    }

    // keccak256(abi.encode(uint256(keccak256("ibc.storage.IBCStore")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant BASE = 0x1260944489272988d9df285149b5aa1b0f48f2136d6f416159f840a3e0747600;

    event Stored(bytes32 indexed pathHash, bytes path, bytes value);
    event Cleared(bytes32 indexed pathHash, bytes path);

    function store(bytes calldata path, bytes calldata value) external {
        require(value.length > 0, "empty");
        bytes32 word = value.length == 32 ? bytes32(value) : sha256(value);
        require(word != 0, "zero");
        base().commitments[keccak256(path)] = word;
        emit Stored(keccak256(path), path, value);
    }

    function clear(bytes calldata path) external {
        delete base().commitments[keccak256(path)];
        emit Cleared(keccak256(path), path);
    }

    function base() private pure returns (Store storage store_) {
        assembly {
            store_.slot := BASE
        }
    }
}
