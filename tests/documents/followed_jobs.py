"""A day of a job router, and what is right of it, written by hand. It knows no translator."""

from typing import Any, Final

DAY: Final = "2026-03-02"

Event = dict[str, Any]

# When, job, what, and who or what: offers to two; a decline, no answer, the customer leaves; taken
# away from Ana and given to Ben; spam; closed before it was answered.
_JOBS: Final = """
09:00:00.100 job-1 RouterJobReceived
09:00:00.150 job-1 RouterJobClassified
09:00:00.200 job-1 RouterJobQueued support
09:00:00.300 job-1 RouterWorkerOfferIssued ana
09:00:00.310 job-1 RouterWorkerOfferIssued ben
09:00:01.900 job-1 RouterWorkerOfferAccepted ana
09:00:01.910 job-1 RouterWorkerOfferRevoked ben
09:00:03.000 job-1 RouterJobCompleted
09:00:03.070 job-1 RouterJobClosed ana
09:01:00.000 job-2 RouterJobReceived
09:01:00.000 job-2 RouterJobQueued support
09:01:00.500 job-2 RouterWorkerOfferIssued ana
09:01:01.000 job-2 RouterWorkerOfferDeclined ana
09:01:01.200 job-2 RouterWorkerOfferIssued ben
09:01:02.000 job-2 RouterWorkerOfferExpired ben
09:01:03.000 job-2 RouterJobCancelled customer-left
09:02:00.000 job-3 RouterJobReceived
09:02:00.100 job-3 RouterJobQueued support
09:02:00.200 job-3 RouterWorkerOfferIssued ana
09:02:01.000 job-3 RouterWorkerOfferAccepted ana
09:02:02.000 job-3 RouterJobUnassigned ana
09:02:02.100 job-3 RouterJobQueued second
09:02:02.200 job-3 RouterWorkerOfferIssued ben
09:02:03.000 job-3 RouterWorkerOfferAccepted ben
09:02:04.000 job-3 RouterJobCancelled spam
09:02:05.000 job-3 RouterJobDeleted
"""
JOBS_RIGHT: Final = """
job-1
09:00:00.100 C1 awaiting_assignment
09:00:00.200 F1 awaiting_assignment support
09:00:00.300 F2 awaiting_acceptance support ana
+ana/primary F2
09:00:00.310 F2 awaiting_acceptance support ana ben
+ben/primary F2
09:00:01.900 F4 in_conversation support ana
-ben/primary F4
conversation.offer_ended no_effect
09:00:03.000 F5 wrapping_up support ana
09:00:03.070 F6 closed support ana
-ana/primary F6
job-2
09:01:00.000 C1 awaiting_assignment
09:01:00.000 F1 awaiting_assignment support
09:01:00.500 F2 awaiting_acceptance support ana
+ana/primary F2
09:01:01.000 F3 awaiting_assignment support, declined 1
-ana/primary F3
09:01:01.200 F2 awaiting_acceptance support ben, declined 1
+ben/primary F2
09:01:02.000 F3 awaiting_assignment support, declined 2
-ben/primary F3
09:01:03.000 F5 closed support, declined 2, abandoned
job-3
09:02:00.000 C1 awaiting_assignment
09:02:00.100 F1 awaiting_assignment support
09:02:00.200 F2 awaiting_acceptance support ana
+ana/primary F2
09:02:01.000 F4 in_conversation support ana
09:02:02.000 F1 awaiting_assignment support
-ana/primary F1
09:02:02.100 F1 awaiting_assignment second
09:02:02.200 F2 awaiting_acceptance second ben
+ben/primary F2
09:02:03.000 F4 in_conversation second ben
09:02:04.000 Z1 closed second ben
-ben/primary Z1
conversation.closed stale
"""


def job_events() -> list[Event]:
    """The job router's events, in order of time."""
    found = []
    for number, line in enumerate(_JOBS.split("\n")[1:-1]):
        at, job, type_, *whom = line.split()
        data: Event = {"jobId": job, "channelId": "chat-jobs"}
        if whom:
            name = {"RouterJobQueued": "queueId", "RouterJobCancelled": "dispositionCode"}
            data[name.get(type_, "workerId")] = whom[0]
        event_type = f"Microsoft.Communication.{type_}"
        time = f"{DAY}T{at}0000Z"
        found.append({"id": f"e{number}", "eventType": event_type, "eventTime": time, "data": data})
    return found
