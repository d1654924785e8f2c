namespace Portolan.Proxy.Mirroring.Comparison;

/// <summary>What is compared of an answer.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">The headers that are compared, in the order of the configuration; empty where one is not there.</param>
/// <param name="IsJson">Its type says that it is JSON.</param>
/// <param name="Body">Its body; null where there is more than may be held.</param>
internal sealed record Answer(int Status, IReadOnlyList<string> Headers, bool IsJson, byte[]? Body);

/// <summary>One thing in which two answers differ.</summary>
/// <param name="Field"><c>status</c>, <c>header.Name</c>, <c>body</c>, or <c>body.items[].price</c>.</param>
/// <param name="Primary">What the answer that the client got has there.</param>
/// <param name="Mirror">What the other one has.</param>
internal sealed record Difference(string Field, string Primary, string Mirror);
