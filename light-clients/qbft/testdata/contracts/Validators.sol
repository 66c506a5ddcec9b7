// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

/// Names validators as QBFT's contract mode asks for them; the list is at slot 0.
contract Validators {
    address[] private validators;

    function getValidators() external view returns (address[] memory) {
        return validators;
    }

    function set(address[] calldata next) external {
        validators = next;
    }
}
