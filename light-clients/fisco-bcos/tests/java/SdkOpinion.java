// The vendor's SDK as a second opinion. Reads one JSON object a line: {"kind", "suite", "value", ...}; prints one answer a line.
//
// header, transaction, receipt: the hash that the SDK computes from the JSON of a node's RPC. path: whether the SDK's own proof check
// leads from "leaf" to "root" over "proof".

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;
import org.fisco.bcos.sdk.v3.client.protocol.model.JsonTransactionResponse;
import org.fisco.bcos.sdk.v3.client.protocol.response.BcosBlockHeader;
import org.fisco.bcos.sdk.v3.crypto.hash.Hash;
import org.fisco.bcos.sdk.v3.crypto.hash.Keccak256;
import org.fisco.bcos.sdk.v3.crypto.hash.SM3Hash;
import org.fisco.bcos.sdk.v3.model.TransactionReceipt;
import org.fisco.bcos.sdk.v3.utils.MerkleProofUtility;
import org.fisco.bcos.sdk.v3.utils.ObjectMapperFactory;

public class SdkOpinion {
    public static void main(String[] args) throws Exception {
        ObjectMapper mapper = ObjectMapperFactory.getObjectMapper();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = lines.readLine()) != null; ) {
            JsonNode ask = mapper.readTree(line);
            Hash hash = ask.get("suite").asText().equals("sm") ? new SM3Hash() : new Keccak256();
            System.out.println(answer(mapper, ask, hash));
        }
    }

    private static String answer(ObjectMapper mapper, JsonNode ask, Hash hash) {
        try {
            JsonNode value = ask.get("value");
            switch (ask.get("kind").asText()) {
                case "header":
                    return mapper.treeToValue(value, BcosBlockHeader.BlockHeader.class).calculateBlockHeaderHash(hash);
                case "transaction":
                    return mapper.treeToValue(value, JsonTransactionResponse.class).calculateTxHashInNative(hash);
                case "receipt":
                    return mapper.treeToValue(value, TransactionReceipt.class).calculateReceiptHashInNative(hash);
                default:
                    List<String> proof = new ArrayList<>();
                    ask.get("proof").forEach(element -> proof.add(element.asText()));
                    boolean leads = MerkleProofUtility.verifyMerkle(ask.get("root").asText(), proof, ask.get("leaf").asText(), hash);
                    return Boolean.toString(leads);
            }
        } catch (Exception error) {
            return "error: " + error;
        }
    }
}
