"""Answers queries with the reference interpreter: JSON lines in (dataset with queries), JSON lines out (answers)."""
import json, sys
sys.path.insert(0, sys.argv[1])
import eql_ref as E

for line in sys.stdin:
    job = json.loads(line)
    docs = [E.Doc(d, i, job["types"], {}, {}, "@timestamp", "event.sequence") for i, d in enumerate(job["documents"])]
    number = {id(d): i + 1 for i, d in enumerate(docs)}
    answers = []
    for query in job["queries"]:
        try:
            kind, rows = E.run(query, sorted(docs, key=lambda d: d.ordinal()), "event.category", size=100000)
            if kind == "events":
                answers.append([[number[id(d)]] for d in rows])
            else:
                answers.append([[None if d is None else number[id(d)] for d in ds] for _, ds in rows])
        except Exception as error:
            answers.append({"error": type(error).__name__ + ": " + str(error)})
    print(json.dumps(answers), flush=True)
