using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Portolan.Core.Database;

/// <summary>
/// A statement written as an interpolated string whose holes become parameters, never text:
/// <c>$"select name from customers where id = {id}"</c>.
/// </summary>
[InterpolatedStringHandler]
public sealed class Sql
{
    private readonly StringBuilder text;
    private readonly List<object?> parameters;

    /// <summary>Called by the compiler.</summary>
    public Sql(int literalLength, int formattedCount)
    {
        text = new StringBuilder(literalLength + (formattedCount * 4));
        parameters = new List<object?>(formattedCount);
    }

    /// <summary>The statement with <c>@0</c>, <c>@1</c> … in place of the holes.</summary>
    public string Text => text.ToString();

    /// <summary>The values of the holes, in order.</summary>
    public IReadOnlyList<object?> Parameters => parameters;

    /// <summary>A statement that is known as text: a migration, never something a user typed.</summary>
    public static Sql Raw(string statement)
    {
        var sql = new Sql(statement.Length, 0);
        sql.AppendLiteral(statement);
        return sql;
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => text.Append(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value)
    {
        text.Append('@').Append(parameters.Count.ToString(CultureInfo.InvariantCulture));
        parameters.Add(value);
    }
}
