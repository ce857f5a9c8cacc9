package org.postroom.core.auth.token;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Keys on NIST's curves (RFC 7518, 6.2), looked at as the JDK does not everywhere. */
final class EcKeys {
  private static final Map<String, String> CURVES =
      Map.of("P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

  private EcKeys() {}

  /**
   * The key at a point.
   *
   * @throws GeneralSecurityException where the point is not on the curve, or nobody knows that
   */
  static PublicKey at(String curve, byte[] x, byte[] y) throws GeneralSecurityException {
    String name =
        Optional.ofNullable(CURVES.get(curve))
            .orElseThrow(() -> new InvalidKeyException("unknown curve"));
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(name));
    ECParameterSpec spec = parameters.getParameterSpec(ECParameterSpec.class);
    ECPoint point = new ECPoint(new BigInteger(1, x), new BigInteger(1, y));
    if (!isOnCurve(point, spec)) {
      throw new InvalidKeyException("not on the curve");
    }
    return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, spec));
  }

  private static boolean isOnCurve(ECPoint point, ECParameterSpec spec) {
    BigInteger p = ((ECFieldFp) spec.getCurve().getField()).getP();
    BigInteger x = point.getAffineX();
    BigInteger y = point.getAffineY();
    BigInteger right =
        x.modPow(BigInteger.valueOf(3), p)
            .add(spec.getCurve().getA().multiply(x))
            .add(spec.getCurve().getB());
    return x.compareTo(p) < 0
        && y.compareTo(p) < 0
        && y.multiply(y).subtract(right).mod(p).signum() == 0;
  }

  /**
   * Whether that can be a signature: two numbers from 1 to the order. Some versions of Java take
   * zeros for a signature of anything (CVE-2022-21449).
   */
  static boolean isSignature(byte[] signature, ECParameterSpec spec) {
    int octets = (spec.getOrder().bitLength() + 7) / 8;
    if (signature.length != 2 * octets) {
      return false;
    }
    BigInteger r = new BigInteger(1, Arrays.copyOf(signature, octets));
    BigInteger s = new BigInteger(1, Arrays.copyOfRange(signature, octets, 2 * octets));
    return r.signum() > 0
        && s.signum() > 0
        && r.compareTo(spec.getOrder()) < 0
        && s.compareTo(spec.getOrder()) < 0;
  }
}
