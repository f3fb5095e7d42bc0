"""What pyHanko says about signed reports: its own validation, and the AdES check (EN 319 102-1) at the level asked for.

Nothing is fetched: revocation lists come from the command line or from the file.

    judge.py ANCHORS.pem LISTS.crl|- TIME FILE=LEVEL ...      LEVEL: B, T, LT or LTA

prints one line of JSON per file.
"""

import asyncio
import json
import sys
from datetime import datetime

from asn1crypto import crl, pem
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import validation
from pyhanko.sign.validation import ades, policy_decl
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager


def certificates(path):
    with open(path, "rb") as file:
        parts = pem.unarmor(file.read(), multiple=True)
        return [x509.Certificate.load(der) for _, _, der in parts]


def lists(path):
    if path == "-":
        return []
    with open(path, "rb") as file:
        return [crl.CertificateList.load(file.read())]


class Judge:
    def __init__(self, anchors, known, time):
        self.anchors, self.known, self.time = anchors, known, time

    def context(self, time):
        return ValidationContext(
            trust_roots=self.anchors,
            moment=time,
            crls=[found.dump() for found in self.known],
            allow_fetching=False,
            revocation_mode="hard-fail" if self.known else "soft-fail",
        )

    def own(self, file):
        """pyHanko's own validation, with its analysis of what later revisions change."""
        reader = PdfFileReader(file)
        signatures = reader.embedded_regular_signatures
        assert len(signatures) == 1, f"{len(signatures)} signatures"
        context = self.context(self.time)
        status = validation.validate_pdf_signature(signatures[0], context, context)
        timestamps = [
            validation.validate_pdf_timestamp(stamp, context)
            for stamp in reader.embedded_timestamp_signatures
        ]
        return {
            "valid": status.bottom_line
            and all(stamp.intact and stamp.valid and stamp.trusted for stamp in timestamps),
            "coverage": status.coverage.name,
            "changes": status.modification_level.name if status.modification_level else None,
            "timestamped": status.timestamp_validity is not None
            and status.timestamp_validity.valid,
            "document_timestamps": len(timestamps),
            "summary": status.summary(),
        }

    async def ades(self, file, level):
        """EN 319 102-1 at the level: 5.3 for B, 5.5 for T and LT, 5.6 for LTA; of LT and LTA with the lists of the file only."""
        policy = CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(self.anchors),
            revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
        )
        reader = PdfFileReader(file)
        signature = reader.embedded_regular_signatures[0]
        known = self.known
        if level == "LTA":
            known = []
        elif level == "LT":
            store = DocumentSecurityStore.read_dss(reader)
            known = [crl.CertificateList.load(found.get_object().data) for found in store.crls]
        spec = policy_decl.SignatureValidationSpec(
            cert_validation_policy=policy,
            revinfo_gathering_policy=policy_decl.RevocationInfoGatheringSpec(
                online_fetching_rule=policy_decl.RevinfoOnlineFetchingRule.LOCAL_ONLY
            ),
            local_knowledge=policy_decl.LocalKnowledge(
                known_crls=[policy_decl.CRLContainer(found) for found in known]
            ),
        )
        timing = ValidationTimingInfo(
            validation_time=self.time,
            best_signature_time=self.time,
            point_in_time_validation=True,
        )
        if level == "LTA":
            spec = policy_decl.PdfSignatureValidationSpec(spec)
            result = await ades.ades_lta_validation(signature, spec, timing)
        else:
            check = ades.ades_basic_validation if level == "B" else ades.ades_with_time_validation
            signature.compute_integrity_info()
            result = await check(
                signature.signed_data,
                spec,
                timing,
                raw_digest=signature.compute_digest(),
            )
        found = {"status": result.ades_subindic.status.name, "sub": str(result.ades_subindic)}
        if level != "B":
            found["best_signature_time"] = str(result.best_signature_time)
        if level == "LTA":
            found["oldest_evidence"] = str(result.oldest_evidence_record_timestamp)
        return found


def main():
    anchors, known, time, *files = sys.argv[1:]
    judge = Judge(certificates(anchors), lists(known), datetime.fromisoformat(time))
    for named in files:
        path, level = named.rsplit("=", 1)
        found = {"file": path}
        for name, ask in (
            ("own", judge.own),
            ("ades", lambda file: asyncio.run(judge.ades(file, level))),
        ):
            try:
                with open(path, "rb") as file:
                    found[name] = ask(file)
            except Exception as error:  # what it refuses to read is an answer, too
                found[name] = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found))


main()
