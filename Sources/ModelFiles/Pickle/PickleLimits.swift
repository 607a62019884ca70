/// How much work a pickle may cause; a real checkpoint stays far below.
struct PickleLimits: Sendable {
    /// Operations executed; each creates at most one value.
    var operations = 1_000_000
    /// Values visited when tensors are collected: a value may be referred to many times.
    var visits = 200_000
    /// Levels of dictionaries, lists and tuples.
    var depth = 32
    /// Bytes of one key, and of a tensor's name put together from keys.
    var nameLength = 1024
    /// Tensors collected.
    var tensors = 20_000
}
