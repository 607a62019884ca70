"""The figures as a Markdown table."""
import statistics

HEAD = ["work", "peer", "ours: min / median / max", "theirs: min / median / max", "ratio", "goal", "GFLOP/s",
        "of SGEMM"]


def number(value):
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def span(values, unit):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{number(low)} / **{number(middle)}** / {number(high)} {unit}"


def lines(row, sgemm):
    """One line a peer."""
    ours = statistics.median(row["ours"])
    speed = row["gigaflop"] / ours * 1000 if row["gigaflop"] else None
    for peer, values in row["theirs"].items():
        ratio = ours / statistics.median(values)
        goal = row["goals"].get(peer)
        goals = [f"≤ {goal}"] if goal else []
        missed = goal is not None and round(ratio, 2) > goal
        if row["limit"]:
            goals.append(f"≤ {row['limit']} {row['unit']}")
            missed = missed or ours > row["limit"]
        yield [
            row["name"] + (", peak memory" if row["unit"] == "MiB" else ""), peer, span(row["ours"], row["unit"]),
            span(values, row["unit"]), f"{ratio:.2f}", ", ".join(goals) + (" missed" if missed else ""),
            f"{speed:.0f}" if speed else "", f"{100 * speed / sgemm:.0f} %" if speed and sgemm else ""]


def markdown(document):
    sgemm = statistics.median(document["sgemm"]) if document["sgemm"] else None
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    text = [f"{document['processor']}, {document['threads']} threads, {document['date']}; {versions}."]
    if sgemm:
        text.append(f"SGEMM of 2048³ by OpenBLAS: {sgemm:.0f} GFLOP/s ({min(document['sgemm']):.0f} to "
                    f"{max(document['sgemm']):.0f}).")
    table = [HEAD, ["---"] * len(HEAD)]
    for row in document["rows"]:
        table += lines(row, sgemm)
    text += ["", *("| " + " | ".join(line) + " |" for line in table)]
    return "\n".join(text)
