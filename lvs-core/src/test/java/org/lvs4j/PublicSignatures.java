package org.lvs4j;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** The condition that no public or protected member of a class mentions a type of a package. */
final class PublicSignatures extends ArchCondition<JavaClass> {
    private final String hidden;

    PublicSignatures(String hiddenPackage) {
        super("not show " + hiddenPackage + " in public signatures");
        hidden = hiddenPackage;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        for (JavaMember member : type.getMembers()) {
            boolean open = member.getModifiers().contains(JavaModifier.PUBLIC)
                    || member.getModifiers().contains(JavaModifier.PROTECTED);
            if (open) {
                for (JavaClass mentioned : member.getAllInvolvedRawTypes()) {
                    if (mentioned.getPackageName().startsWith(hidden)) {
                        events.add(SimpleConditionEvent.violated(
                                member, member.getFullName() + " shows " + mentioned.getName()));
                    }
                }
            }
        }
    }
}
