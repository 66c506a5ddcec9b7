import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.encoders.Hex;
import org.chainmaker.pb.accesscontrol.MemberOuterClass.Member;
import org.chainmaker.pb.common.ChainmakerBlock.Block;
import org.chainmaker.pb.common.ChainmakerBlock.BlockHeader;
import org.chainmaker.pb.common.ChainmakerBlock.BlockInfo;
import org.chainmaker.pb.common.ChainmakerTransaction.Transaction;
import org.chainmaker.pb.common.Rwset.TxRWSet;

/**
 * Says of blocks and keys what the vendor's Java SDK makes of them: its protobuf classes decode and encode, the JDK and Bouncy Castle hash
 * and verify.
 *
 * Reads one question a line from standard input and writes one answer a line:
 *   block NAME HASH BASE64   ->  block NAME height block_hash proposer_signature tx_hash,... rw_set_hash,...
 *   key NAME BASE64          ->  key NAME node_id        (PEM of a certificate or public key)
 */
public final class Golden {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            byte[] last = Base64.getDecoder().decode(words[words.length - 1]);
            System.out.println(words[0].equals("block") ? block(words[1], words[2], last) : "key " + words[1] + " " + nodeId(key(last)));
        }
    }

    private static String block(String name, String hash, byte[] bytes) throws Exception {
        BlockInfo info = BlockInfo.parseFrom(bytes);
        Block block = info.getBlock();
        BlockHeader header = block.getHeader();
        byte[] blockHash = digest(hash, header.toBuilder().setBlockHash(ByteString.EMPTY).setSignature(ByteString.EMPTY).build().toByteArray());
        List<String> txs = new ArrayList<>();
        for (Transaction tx : block.getTxsList()) {
            if (header.getBlockVersion() >= 2300 && tx.getResult().hasContractResult()) {
                Transaction.Builder bent = tx.toBuilder();
                bent.getResultBuilder().getContractResultBuilder().setGasUsed(0);
                tx = bent.build();
            }
            txs.add(Hex.toHexString(digest(hash, tx.toByteArray())));
        }
        List<String> rwSets = new ArrayList<>();
        for (TxRWSet rwSet : info.getRwsetListList()) {
            rwSets.add(Hex.toHexString(digest(hash, rwSet.toByteArray())));
        }
        return String.join(" ", "block", name, Long.toString(header.getBlockHeight()), Hex.toHexString(blockHash), proposer(hash, header, blockHash),
            String.join(",", txs), String.join(",", rwSets));
    }

    private static String proposer(String hash, BlockHeader header, byte[] blockHash) throws Exception {
        Member proposer = header.getProposer();
        if (proposer.getMemberInfo().isEmpty()) {
            return "none";
        }
        Signature signature = Signature.getInstance(hash.equals("SM3") ? "SM3withSM2" : "SHA256withECDSA", "BC");
        signature.initVerify(key(proposer.getMemberInfo().toByteArray()));
        signature.update(blockHash);
        return signature.verify(header.getSignature().toByteArray()) ? "valid" : "invalid";
    }

    private static byte[] digest(String name, byte[] bytes) throws Exception {
        return MessageDigest.getInstance(name.equals("SM3") ? "SM3" : "SHA-256", "BC").digest(bytes);
    }

    private static PublicKey key(byte[] pem) throws Exception {
        String text = new String(pem, StandardCharsets.UTF_8);
        if (text.contains("BEGIN CERTIFICATE")) {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", "BC").generateCertificate(new ByteArrayInputStream(pem));
            return certificate.getPublicKey();
        }
        PemReader reader = new PemReader(new java.io.StringReader(text));
        return new JcaPEMKeyConverter().setProvider("BC").getPublicKey(SubjectPublicKeyInfo.getInstance(reader.readPemObject().getContent()));
    }

    /** base58(0x12 0x20, SHA-256({1: key type, 2: SubjectPublicKeyInfo})). */
    private static String nodeId(PublicKey key) throws Exception {
        SubjectPublicKeyInfo spki = SubjectPublicKeyInfo.getInstance(key.getEncoded());
        boolean sm2 = spki.getAlgorithm().getParameters().toString().equals("1.2.156.10197.1.301");
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.write(new byte[] {0x08, (byte) (sm2 ? 4 : 3), 0x12, (byte) key.getEncoded().length});
        message.write(key.getEncoded());
        ByteArrayOutputStream multihash = new ByteArrayOutputStream();
        multihash.write(new byte[] {0x12, 0x20});
        multihash.write(MessageDigest.getInstance("SHA-256").digest(message.toByteArray()));
        BigInteger number = new BigInteger(1, multihash.toByteArray());
        StringBuilder digits = new StringBuilder();
        String alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        for (BigInteger base = BigInteger.valueOf(58); number.signum() > 0; number = number.divide(base)) {
            digits.append(alphabet.charAt(number.mod(base).intValue()));
        }
        return digits.reverse().toString();
    }
}
