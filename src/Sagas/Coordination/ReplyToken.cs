using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portolan.Sagas.Coordination;

/// <summary>
/// Tells an answer's saga, step, direction and round: <c>{saga}/{step}/f/{round}</c>. A step that was refused is asked anew,
/// in a new round; one that did not answer in time is asked the same again, so that the other side does it once.
/// </summary>
internal readonly record struct ReplyToken(Guid SagaId, int Step, bool IsCompensation, int Round)
{
    /// <summary>Id of the command: the same whenever the same round is sent.</summary>
    public Guid MessageId => new(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())).AsSpan(0, 16));

    public static bool TryParse(string text, out ReplyToken token)
    {
        token = default;
        var parts = text.Split('/');
        if (parts.Length != 4
            || !Guid.TryParse(parts[0], out var saga)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            || parts[2] is not ("f" or "c")
            || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var round))
        {
            return false;
        }

        token = new ReplyToken(saga, step, parts[2] == "c", round);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{SagaId}/{Step}/{(IsCompensation ? 'c' : 'f')}/{Round}");
}
